import type { createChangeChannel } from '../database/change-channel.ts';
import type { FoundFile, LibraryStore } from '../library-store.ts';
import type { LibraryMemory } from '../testing-library-memory.ts';
import { isUsable } from '../verbs/repairs.ts';

/** The verbs by which a library in memory is embedded again with another model. */
export function createMemoryChangeover(
  memory: LibraryMemory,
  channel: ReturnType<typeof createChangeChannel>,
  enqueue: (files: readonly FoundFile[]) => void,
): Pick<
  LibraryStore,
  'changingTo' | 'beginChange' | 'withoutNext' | 'countNext' | 'putNext' | 'finishChange' | 'cancelChange'
> {
  const { kept, nextVectors } = memory;
  const forget = () => {
    memory.next = undefined;
    nextVectors.clear();
  };
  return {
    changingTo: async () => memory.next,
    async beginChange(model) {
      forget();
      memory.next = model;
    },
    withoutNext: async (limit, after = 0) =>
      [...kept.values()]
        .filter(({ hidden, picture: { key } }) => !hidden && key > after && !nextVectors.has(key))
        .map(({ picture }) => picture)
        .slice(0, limit),
    countNext: async () => nextVectors.size,
    async putNext(vectors) {
      if (memory.next) for (const { key, vector } of vectors) nextVectors.set(key, vector.slice());
    },
    async finishChange() {
      if (!memory.next) return;
      const removed: number[] = [];
      for (const one of kept.values()) {
        const vector = nextVectors.get(one.picture.key);
        if (vector && isUsable(vector, memory.next.dim)) one.picture = { ...one.picture, vector };
        else {
          if (!one.hidden) {
            removed.push(one.picture.key);
            enqueue(one.picture.files);
          }
          one.hidden = { why: 'unusable', at: Date.now() };
        }
      }
      memory.model = memory.next;
      forget();
      channel.tell({ type: 'model' }, { type: 'removed', keys: removed });
    },
    cancelChange: async () => forget(),
  };
}
