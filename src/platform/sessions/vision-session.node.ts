import { AfterimageError } from '../../engine/errors.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import type { Pixels } from '../../engine/ports.ts';
import { createNodeImageEncoder, type NodeImageEncoder, type NodeImageEncoderOptions } from '../encoders/clip.node.ts';

/** What `load` tells of the tower: all of an encoder but what it does. */
export type LoadedTower = Omit<NodeImageEncoder, 'encode' | 'dispose'>;

/** Surface of `workers/vision.node.mjs`, exposed with Comlink. Errors carry their code in `name` (engine/errors.ts). */
export interface VisionSession {
  /** Call first. @throws what `createNodeImageEncoder` throws. */
  load(options: NodeImageEncoderOptions): Promise<LoadedTower>;
  /** One embedding a picture, in order. */
  encode(batch: readonly Pixels[]): Promise<Embedding[]>;
  dispose(): Promise<void>;
}

/** One vision tower, for the thread that it has to itself. */
export function createVisionSession(): VisionSession {
  let encoder: NodeImageEncoder | undefined;
  return {
    async load(options) {
      encoder = await createNodeImageEncoder(options);
      const { modelId, dim, imageSize, preprocessor } = encoder;
      return { modelId, dim, imageSize, preprocessor };
    },
    async encode(batch) {
      if (!encoder) throw new AfterimageError('internal', 'The vision tower is asked before it was loaded.');
      return encoder.encode(batch);
    },
    dispose: async () => encoder?.dispose(),
  };
}
