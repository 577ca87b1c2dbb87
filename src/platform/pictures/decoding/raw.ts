/** Pixels in memory: three bytes of sRGB each. */
export interface Raw {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}
