/** What the page and the script of `pnpm bench library` tell each other. */
import type { CollectionManifest } from '../../../src/engine/collection/types.ts';

/** The model that makes vectors. */
export type VisionModel = Pick<CollectionManifest, 'model' | 'dim'>;

/** Milliseconds by step, added up over all pictures. Steps of several pictures overlap. */
export type Steps = Readonly<Record<string, number>>;

export const STEPS_CHANNEL = 'afterimage-bench-steps';

/** A photograph: where the page fetches it from, and its path in the folder. */
export interface Photo {
  readonly url: string;
  readonly path: string;
}

export interface Run {
  readonly pictures: number;
  readonly failed: number;
  /** From the addition to the last picture stored, the loading of the model not among them. */
  readonly seconds: number;
  readonly steps: Steps;
}

/** What the page does when the script asks for it. */
export interface BenchPage {
  /** Fetch photographs and keep them as files, as if they had been chosen. @returns their bytes */
  fetchPhotos(photos: readonly Photo[]): Promise<number>;
  /** Threads of the vision tower that the page would choose. */
  ownThreads(): Promise<number>;
  /** Pictures a second of the tower alone, on pixels that are there. */
  bareLoop(device: Device, threads: number, pictures: number): Promise<number>;
  /** Index some of the photographs that were fetched; those that are in the library already are only read. */
  index(device: Device, threads: number, from: number, count: number): Promise<Run>;
  /** Open the demo collection in the query worker, with a first answer. */
  openQueries(device: Device, threads: number): Promise<void>;
  /** Milliseconds of queries one after the other: so many, or (0) until what is being indexed is done. */
  query(count: number): Promise<number[]>;
  /** Bytes of the page and its workers after a garbage collection. */
  memory(): Promise<number>;
  /** Pictures like those that were fetched, each of other bytes, until there are so many. */
  multiply(count: number): Promise<void>;
  /** Put so many made-up pictures into the library of the site at `baseUrl`. */
  fill(count: number, baseUrl: string): Promise<void>;
  /** What becomes of photographs; null where one is refused. */
  see(photos: readonly Photo[], preprocessor: string, model: VisionModel): Promise<(Seen | null)[]>;
}

export interface Seen {
  /** The pixels that the tower gets: RGB as base64. */
  readonly rgb: string;
  /** What the tower on WebAssembly makes of them. */
  readonly vector: readonly number[];
}

export type Device = 'wasm' | 'webgpu';
