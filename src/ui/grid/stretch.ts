/**
 * Browsers cut off what is higher than some number of pixels: Firefox after 17.8 million, Chromium and Safari after 33.5
 * million; and places beyond 2²⁴ are rounded to even pixels. A million pictures on a phone are 49 million pixels high.
 */
const MOST_PX = 15_000_000;

/**
 * How a grid that is `full` pixels high lies in a box of at most `MOST_PX`: pixel for pixel in the first and the last
 * third of the box, with whatever lies between drawn together in the second. Where the whole fits, nothing is moved.
 */
export interface Stretch {
  readonly full: number;
  /** Height of the box. */
  readonly height: number;
  /** The place in the grid of a place in the box; both may lie outside. */
  toFull(place: number): number;
  /** The other way round. */
  toBox(place: number): number;
}

export function createStretch(full: number, most = MOST_PX): Stretch {
  const height = Math.min(full, most);
  const hidden = full - height;
  const third = height / 3;
  const slope = hidden === 0 ? 1 : (full - 2 * third) / third;
  return {
    full,
    height,
    toFull(place) {
      if (place <= third) return place;
      return place >= height - third ? place + hidden : third + (place - third) * slope;
    },
    toBox(place) {
      if (place <= third) return place;
      return place >= full - third ? place - hidden : third + (place - third) / slope;
    },
  };
}
