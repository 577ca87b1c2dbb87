import { createExactIndex, type ExactIndex } from '../../src/engine/index/exact/exact-index.ts';
import type { ModelManifest } from '../../src/engine/model/model.ts';
import { type Baseline, createBaseline, drawSample } from '../../src/engine/search/cutoff.ts';
import { mapOrdered } from '../../src/indexing/steps/map-ordered.ts';
import { createNodeImageEncoder } from '../../src/platform/encoders/clip.node.ts';
import { createDecoder } from '../../src/platform/pictures/decode.node.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';

/** A picture with the text that asks for it. */
export interface LabelledPicture {
  readonly label: string;
  readonly open: () => Promise<Uint8Array>;
}

/** Pictures that are no collection, embedded for the evaluation only; a row each, in order. */
export interface EmbeddedPictures {
  readonly labels: readonly string[];
  readonly index: ExactIndex;
  readonly baseline: Baseline;
}

const CONCURRENCY = 2;
const BATCH = 16;

/** Decode and embed `pictures` as `build-index` does. */
export async function embedPictures(
  pictures: readonly LabelledPicture[],
  { id, golden }: Pick<ModelManifest, 'id' | 'golden'>,
): Promise<EmbeddedPictures> {
  const encoder = await createNodeImageEncoder({ modelsFolder: MODELS_FOLDER, modelId: id, batchSize: BATCH });
  const decoder = createDecoder({ preprocessor: encoder.preprocessor, pictures: 'none' });
  const decode = async ({ label, open }: LabelledPicture) => (await decoder.decode(await open(), label)).pixels;
  const { dim } = encoder;
  const rows = new Float32Array(pictures.length * dim);
  let row = 0;
  for await (const pixels of mapOrdered(pictures, decode, { concurrency: CONCURRENCY, ahead: BATCH })) {
    const [embedding] = await encoder.encode([pixels]);
    if (embedding) rows.set(embedding, dim * row++);
  }
  await encoder.dispose();
  const vectorOf = (at: number) => rows.subarray(at * dim, (at + 1) * dim);
  const texts = golden.map(({ embedding }) => embedding);
  return {
    labels: pictures.map(({ label }) => label),
    index: createExactIndex(rows, dim),
    baseline: createBaseline(drawSample(pictures.length, dim, vectorOf), texts),
  };
}
