export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels that make a movement a swipe rather than an unsteady tap. */
const SWIPE_PX = 48;

/** Which picture a movement of the finger asks for: 1 the next, −1 the previous, 0 none. */
export function swipe(from: Point, to: Point): 1 | -1 | 0 {
  const [x, y] = [to.x - from.x, to.y - from.y];
  if (Math.abs(x) < SWIPE_PX || Math.abs(x) < 2 * Math.abs(y)) return 0;
  return x < 0 ? 1 : -1;
}
