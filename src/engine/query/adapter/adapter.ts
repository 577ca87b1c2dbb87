import { checkDim } from '../../numeric/dimension.ts';
import { type Embedding, normalise } from '../../numeric/embedding.ts';
import type { QueryEncoder } from '../../ports.ts';

/** A correction of the embeddings of words, of low rank: q becomes q + B (A q), at unit norm. */
export interface Adapter {
  readonly rank: number;
  readonly dim: number;
  /** rank × dim, row by row. */
  readonly a: Float32Array;
  /** dim × rank, row by row. */
  readonly b: Float32Array;
}

/** q + B (A q), at unit norm. @throws AfterimageError `dimension-mismatch`, `embedding-invalid` */
export function adapt(embedding: Embedding, { rank, dim, a, b }: Adapter): Embedding {
  checkDim(embedding.length, dim);
  const adapted = Float32Array.from(embedding);
  for (let r = 0; r < rank; r++) {
    let weight = 0;
    for (let i = 0; i < dim; i++) weight += (a[r * dim + i] as number) * (embedding[i] as number);
    for (let i = 0; i < dim; i++) adapted[i] = (adapted[i] as number) + weight * (b[i * rank + r] as number);
  }
  return normalise(adapted);
}

/** The encoder with its embeddings corrected; the encoder itself where there is no adapter. */
export function withAdapter(encoder: QueryEncoder, adapter: Adapter | undefined): QueryEncoder {
  if (!adapter) return encoder;
  const { modelId, dim } = encoder;
  return {
    ...{ modelId, dim },
    encode: async (text) => adapt(await encoder.encode(text), adapter),
    ...(encoder.pieces && { pieces: (text: string) => encoder.pieces?.(text) ?? [] }),
  };
}
