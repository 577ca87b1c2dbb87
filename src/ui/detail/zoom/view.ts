import type { Point } from '../swipe.ts';

/** How a picture is seen: as large as it fits where `scale` is 1, moved by `x` and `y` CSS pixels. */
export interface View extends Point {
  readonly scale: number;
}

/** Where the picture lies while it fits, in CSS pixels. */
export interface Geometry {
  readonly stage: { readonly width: number; readonly height: number };
  readonly picture: { readonly width: number; readonly height: number };
  /** From the centre of the stage to that of the picture. */
  readonly offset: Point;
  /** The largest scale. */
  readonly most: number;
}

/** All of the picture, where it belongs. */
export const FITTED: View = { scale: 1, x: 0, y: 0 };
/** A press of a key or button. */
export const STEP = 1.5;
/** What a double click makes of a picture that has no more pixels than are shown. */
const CLOSE_LOOK = 2.5;
/** Every picture can be made so many times as large, however few pixels it has. */
const LEAST_MOST = 4;

/**
 * The largest scale of a picture: twice as large as its pixels.
 * @param pixels how wide the largest version of it is @param width how wide it is shown where it fits
 */
export function mostOf(pixels: number, width: number): number {
  return Math.max(LEAST_MOST, width > 0 ? (2 * pixels) / width : 0);
}

/** A view with a scale that is allowed, moved so that no edge leaves room where there is more of the picture to show. */
export function clampView({ scale, x, y }: View, geometry: Geometry): View {
  const allowed = Math.min(Math.max(scale, 1), geometry.most);
  if (allowed === 1) return FITTED;
  const { stage, picture, offset } = geometry;
  return {
    scale: allowed,
    x: clampAxis(x, stage.width, picture.width * allowed, offset.x),
    y: clampAxis(y, stage.height, picture.height * allowed, offset.y),
  };
}

/** What is larger than the stage covers it; what is smaller stays where it was, as far as that lies within. */
function clampAxis(at: number, stage: number, picture: number, offset: number): number {
  const [start, end] = [(picture - stage) / 2 - offset, (stage - picture) / 2 - offset];
  const wanted = picture >= stage ? at : 0;
  return Math.min(Math.max(wanted, Math.min(start, end)), Math.max(start, end));
}

/** `view` at another scale; what is at `at`, from the centre of the picture where it fits, stays there. */
export function zoomTo(view: View, geometry: Geometry, scale: number, at: Point = { x: 0, y: 0 }): View {
  const allowed = Math.min(Math.max(scale, 1), geometry.most);
  const factor = allowed / view.scale;
  const x = at.x - (at.x - view.x) * factor;
  const y = at.y - (at.y - view.y) * factor;
  return clampView({ scale: allowed, x, y }, geometry);
}

/** A double click: from the whole picture to its pixels, and back. */
export function toggleZoom(view: View, geometry: Geometry, at: Point): View {
  if (view.scale > 1) return FITTED;
  const pixels = geometry.most / 2;
  return zoomTo(view, geometry, pixels > LEAST_MOST / 2 ? pixels : CLOSE_LOOK, at);
}

/** `view` moved by `by` CSS pixels. */
export function pan(view: View, geometry: Geometry, by: Point): View {
  return clampView({ ...view, x: view.x + by.x, y: view.y + by.y }, geometry);
}

/** How much a turn of the wheel enlarges; of a pinch on a touch pad, which browsers tell as small turns with Control. */
export function wheelFactor({
  deltaY,
  deltaMode,
  ctrlKey,
}: Pick<WheelEvent, 'deltaY' | 'deltaMode' | 'ctrlKey'>): number {
  const pixels = deltaY * (deltaMode === 1 ? 16 : deltaMode === 2 ? 400 : 1);
  return Math.exp(-Math.min(Math.max(pixels, -200), 200) * (ctrlKey ? 0.01 : 0.002));
}
