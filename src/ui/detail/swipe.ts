export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels that make a movement a swipe rather than an unsteady tap. */
const SWIPE_PX = 48;

/** What a movement of the finger asks for: 1 the next picture, −1 the previous one, `close` by a way down; else nothing. */
export function swipe(from: Point, to: Point): 1 | -1 | 'close' | undefined {
  const [x, y] = [to.x - from.x, to.y - from.y];
  if (Math.abs(x) >= SWIPE_PX && Math.abs(x) >= 2 * Math.abs(y)) return x < 0 ? 1 : -1;
  return y >= SWIPE_PX && y >= 2 * Math.abs(x) ? 'close' : undefined;
}
