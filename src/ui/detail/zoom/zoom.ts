import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import type { Point } from '../swipe.ts';
import { clampView, FITTED, type Geometry, mostOf, pan, STEP, toggleZoom, type View, zoomTo } from './view.ts';

/** How large the picture is seen, and which part of it. */
export interface Zoom {
  readonly view: Accessor<View>;
  readonly isZoomed: Accessor<boolean>;
  /** The view changes by itself, as after a press of a button, and not along with a finger. */
  readonly isGliding: Accessor<boolean>;
  readonly canEnlarge: Accessor<boolean>;
  /** What is shown of a picture; undefined: there is none. Called when another one is shown. */
  attach(shown: Shown | undefined): void;
  /** A step nearer (1) or away (−1), around the middle of the stage. */
  step(by: 1 | -1): void;
  toggle(at: Point): void;
  /** Along with a gesture, around a place on the screen. */
  scaleBy(factor: number, at: Point): void;
  moveBy(by: Point, gliding?: boolean): void;
  reset(): void;
  /** How wide the whole picture is shown, in CSS pixels. */
  readonly fittedWidth: Accessor<number>;
}

interface Shown {
  readonly stage: HTMLElement;
  /** The picture's box, as large as it fits, which the view transforms. */
  readonly frame: HTMLElement;
  /** How wide the largest version of the picture is, each of its pixels on one of the screen; asked for when it is enlarged, and only then. */
  pixels(): number;
}

export function createZoom(): Zoom {
  const [view, setView] = createSignal<View>(FITTED);
  const [isGliding, setGliding] = createSignal(false);
  const [fittedWidth, setFittedWidth] = createSignal(0);
  const [most, setMost] = createSignal(Number.POSITIVE_INFINITY);
  const [shown, setShown] = createSignal<Shown>();

  const change = (next: (view: View, geometry: Geometry) => View, gliding = false) => {
    const target = shown();
    if (!target) return;
    const geometry = measure(target);
    setMost(geometry.most);
    setGliding(gliding);
    setView(next(view(), geometry));
  };
  const fit = () => {
    const target = shown();
    setFittedWidth(target?.frame.offsetWidth ?? 0);
    if (view().scale > 1) change(clampView);
  };
  const observer = new ResizeObserver(fit);
  createEffect(
    on(shown, (target) => {
      observer.disconnect();
      setView(FITTED);
      setMost(Number.POSITIVE_INFINITY);
      if (target) for (const element of [target.stage, target.frame]) observer.observe(element);
    }),
  );
  onCleanup(() => observer.disconnect());

  return {
    view,
    isGliding,
    fittedWidth,
    isZoomed: () => view().scale > 1,
    canEnlarge: () => view().scale < most(),
    attach: setShown,
    step: (by) => change((from, geometry) => zoomTo(from, geometry, from.scale * STEP ** by, middle(geometry)), true),
    toggle: (at) => change((from, geometry) => toggleZoom(from, geometry, inPicture(at, shown(), geometry)), true),
    scaleBy: (factor, at) =>
      change((from, geometry) => zoomTo(from, geometry, from.scale * factor, inPicture(at, shown(), geometry))),
    moveBy: (by, gliding) => change((from, geometry) => pan(from, geometry, by), gliding),
    reset: () => change(() => FITTED, true),
  };
}

/** Layout, which transforms do not change. */
function measure({ stage, frame, pixels }: Shown): Geometry {
  const { clientWidth, clientHeight } = stage;
  const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = frame;
  return {
    stage: { width: clientWidth, height: clientHeight },
    picture: { width: offsetWidth, height: offsetHeight },
    offset: {
      x: offsetLeft + (offsetWidth - clientWidth) / 2,
      y: offsetTop + (offsetHeight - clientHeight) / 2,
    },
    most: mostOf(pixels(), offsetWidth),
  };
}

/** The middle of the stage, from the centre of the picture where it fits. */
function middle({ offset }: Geometry): Point {
  return { x: -offset.x, y: -offset.y };
}

/** A place on the screen, from the centre of the picture where it fits. */
function inPicture(at: Point, shown: Shown | undefined, { stage, offset }: Geometry): Point {
  const { left = 0, top = 0 } = shown?.stage.getBoundingClientRect() ?? {};
  return { x: at.x - left - stage.width / 2 - offset.x, y: at.y - top - stage.height / 2 - offset.y };
}
