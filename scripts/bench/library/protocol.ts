/** What the page and the script of `pnpm bench library` tell each other. */

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
  /** Load the vision tower: what loads once is no part of what is measured. */
  warmUp(device: Device, threads: number): Promise<void>;
  /** Pictures a second of the tower alone, on pixels that are there. */
  bareLoop(device: Device, threads: number, pictures: number): Promise<number>;
  /** Index the first photographs, of those that were fetched, into an empty library. */
  index(device: Device, threads: number, from: number, count: number): Promise<Run>;
  /** The pixels that the tower gets of a photograph, base64; null where it is refused. */
  pixels(photos: readonly Photo[], preprocessor: string): Promise<(string | null)[]>;
}

export type Device = 'wasm' | 'webgpu';
