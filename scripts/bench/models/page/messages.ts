/** To the worker, before anything else. */
export interface Started {
  readonly type: 'start';
  readonly model: string;
  readonly device: 'wasm' | 'webgpu';
}

export interface Asked {
  readonly type: 'ask';
  readonly text: string;
}

export interface Found {
  readonly text: string;
  /** The nearest first. */
  readonly rows: readonly number[];
  /** Milliseconds. */
  readonly encodeMs: number;
  readonly searchMs: number;
}
