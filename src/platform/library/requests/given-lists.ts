import type { AddedFile } from '../../../protocol/library-worker.ts';

/** Long lists of files that come in pieces, until they are whole. */
export interface GivenLists {
  give(list: number, files: readonly AddedFile[]): void;
  /** All of a list, with its end; it is forgotten. */
  take(list: number | undefined, end: readonly AddedFile[]): readonly AddedFile[];
  clear(): void;
}

export function createGivenLists(): GivenLists {
  const lists = new Map<number, AddedFile[]>();
  return {
    give(list, files) {
      const known = lists.get(list) ?? [];
      for (const file of files) known.push(file);
      lists.set(list, known);
    },
    take(list, end) {
      const before = list === undefined ? undefined : lists.get(list);
      if (!before || list === undefined) return end;
      lists.delete(list);
      return [...before, ...end];
    },
    clear: () => lists.clear(),
  };
}
