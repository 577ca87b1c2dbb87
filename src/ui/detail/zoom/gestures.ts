import { type Accessor, createSignal, onCleanup, onMount } from 'solid-js';
import { type Point, swipe } from '../swipe.ts';
import { wheelFactor } from './view.ts';
import type { Zoom } from './zoom.ts';

/** Two taps are one double tap when they are so near to each other, in milliseconds and pixels. */
const DOUBLE_MS = 350;
const DOUBLE_PX = 30;
/** Less is an unsteady hand. */
const STILL_PX = 6;

export interface Swiped {
  close(): void;
  step(by: 1 | -1): void;
}

export interface Gestures {
  /** How far a finger that may step or close has taken the whole picture along. */
  readonly dragged: Accessor<Point | undefined>;
  /** The picture is being moved. */
  readonly isHeld: Accessor<boolean>;
}

/**
 * What fingers, pens, mice and wheels do to the picture in `stage`: two fingers and the wheel enlarge; one moves what is
 * enlarged, and by a swipe steps or closes what is not; two taps or clicks enlarge and go back. Buttons and links are left
 * alone.
 */
export function createGestures(stage: Accessor<HTMLElement | undefined>, zoom: Zoom, swiped: Swiped): Gestures {
  const [dragged, setDragged] = createSignal<Point>();
  const [isHeld, setHeld] = createSignal(false);
  /** Fingers on the stage, where they are. */
  const fingers = new Map<number, Point>();
  let start: (Point & { readonly time: number }) | undefined;
  let lastTap: (Point & { readonly time: number }) | undefined;
  let mayBeTap = false;

  const down = (event: PointerEvent) => {
    if (event.button !== 0 || isControl(event.target) || isMagnified()) return;
    fingers.set(event.pointerId, at(event));
    mayBeTap = fingers.size === 1;
    setDragged(undefined);
    start = { ...at(event), time: event.timeStamp };
    // Else the fingers that leave the stage would seem to stay. Only while it is held: a click must reach what is clicked.
    stage()?.setPointerCapture?.(event.pointerId);
    if (zoom.isZoomed()) setHeld(true);
  };
  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    const others = [...fingers].flatMap(([id, place]) => (id === event.pointerId ? [] : [place]));
    fingers.set(event.pointerId, now);
    if (start && distance(start, now) > STILL_PX) mayBeTap = false;
    const [other] = others;
    if (other) pinch(zoom, before, now, other);
    else if (zoom.isZoomed()) zoom.moveBy(between(before, now));
    else if (event.pointerType !== 'mouse' && start && !mayBeTap) setDragged(between(start, now));
  };
  const up = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId)) return;
    const from = start;
    const wasDragged = dragged() !== undefined;
    setDragged(undefined);
    if (fingers.size > 0) {
      start = undefined; // what the other finger does is no swipe
      return;
    }
    setHeld(false);
    start = undefined;
    if (!from) return;
    if (mayBeTap) return tap(event);
    const asked = wasDragged ? swipe(from, at(event)) : undefined;
    if (asked === 'close') swiped.close();
    else if (asked) swiped.step(asked);
  };
  const tap = (event: PointerEvent) => {
    const now = { ...at(event), time: event.timeStamp };
    const isSecond = lastTap && now.time - lastTap.time < DOUBLE_MS && distance(lastTap, now) < DOUBLE_PX;
    lastTap = isSecond ? undefined : now;
    if (isSecond) zoom.toggle(now);
  };
  const cancel = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    start = undefined;
    setDragged(undefined);
    setHeld(false);
  };
  const wheel = (event: WheelEvent) => {
    if (isMagnified() && !event.ctrlKey) return;
    event.preventDefault();
    zoom.scaleBy(wheelFactor(event), at(event));
  };

  onMount(() => {
    const element = stage();
    if (!element) return;
    const stop = new AbortController();
    const { signal } = stop;
    element.addEventListener('pointerdown', down, { signal });
    element.addEventListener('pointermove', move, { signal });
    element.addEventListener('pointerup', up, { signal });
    element.addEventListener('pointercancel', cancel, { signal });
    // The browser would scroll or enlarge the page.
    element.addEventListener('wheel', wheel, { signal, passive: false });
    onCleanup(() => stop.abort());
  });
  return { dragged, isHeld };
}

/** A finger moved from `before` to `now` while another one stayed at `other`. */
function pinch(zoom: Zoom, before: Point, now: Point, other: Point): void {
  const [was, is] = [middleOf(before, other), middleOf(now, other)];
  zoom.moveBy(between(was, is));
  zoom.scaleBy(distance(now, other) / Math.max(1, distance(before, other)), is);
}

/** Of a page that the browser has magnified, a finger moves the part that is seen. */
function isMagnified(): boolean {
  return (visualViewport?.scale ?? 1) > 1.01;
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, input') !== null;
}

function at({ clientX, clientY }: MouseEvent): Point {
  return { x: clientX, y: clientY };
}

function between(from: Point, to: Point): Point {
  return { x: to.x - from.x, y: to.y - from.y };
}

function middleOf(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
