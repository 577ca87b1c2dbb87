import { AfterimageError } from '../../../engine/errors.ts';
import { createVectorSource } from '../../../engine/search/held-vectors.ts';
import type { VectorSource } from '../../../engine/search/vector-source.ts';
import type { ChromaCollection } from './chroma.ts';
import type { RemoteRows } from './remote-retriever.ts';

export interface RemoteVectorRows extends Pick<RemoteRows, 'id' | 'dim' | 'count' | 'idsOf'> {
  readonly chroma: Pick<ChromaCollection, 'vectors'>;
}

/** Vectors in one question: about 12 bytes a dimension come back for each. */
const AT_ONCE = 250;

/** The vectors of rows, by the ids of their items. @throws AfterimageError `remote-outdated`, and what `ChromaCollection` throws */
export function createRemoteVectors({ chroma, id, dim, count, idsOf }: RemoteVectorRows): VectorSource {
  return createVectorSource({
    has: (row) => Number.isInteger(row) && row >= 0 && row < count,
    vectorOf: () => undefined,
    async fetch(rows) {
      const vectors: Float32Array[] = [];
      for (let at = 0; at < rows.length; at += AT_ONCE) {
        const ids = await idsOf(rows.slice(at, at + AT_ONCE));
        const found = await chroma.vectors(id, ids);
        for (const one of ids) {
          const vector = found.get(one);
          if (vector?.length !== dim) throw new AfterimageError('remote-outdated', 'The server has lost a picture.');
          vectors.push(vector);
        }
      }
      return vectors;
    },
  });
}
