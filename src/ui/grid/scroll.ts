import { type Accessor, batch, createComputed, createSignal, on, onCleanup, onMount, untrack } from 'solid-js';
import type { Stretch } from './stretch.ts';

/** Screens that a finger or a wheel moves between two frames at most; who goes further drags the bar, or jumps. */
const NEAR = 4;
/** Milliseconds without a movement until a scroll is over. `scrollend` would say so, but not in every browser. */
const QUIET_MS = 200;

/** The part of a grid that the window shows. */
export interface Scroll {
  /** Place in the grid, in pixels, at the upper edge of the window; negative while there is something above the grid. */
  readonly place: Accessor<number>;
  /** Height of the window. */
  readonly height: Accessor<number>;
  /** What to subtract from a place in the grid for the place in its box. */
  readonly shift: Accessor<number>;
  /** Bring a place in the grid to the upper edge of the window. */
  to(place: number): void;
}

/**
 * The window's scrolling over a grid in a box that may be lower than the grid. Small movements move the grid by as many
 * pixels; a jump leads to the same share of the grid as of the box. Between the two the box gets out of step with what it
 * shows, which is set right where nobody sees it: the page is scrolled, and the grid moved the other way.
 * @param top the grid's place in the document
 */
export function createScroll(top: Accessor<number>, stretch: Accessor<Stretch>): Scroll {
  const [scrolled, setScrolled] = createSignal(scrollY);
  const [height, setHeight] = createSignal(innerHeight);
  const [shift, setShift] = createSignal(0);
  const place = () => scrolled() - top() + shift();
  let quiet: ReturnType<typeof setTimeout> | undefined;

  /** What the box shows there after a jump. */
  const shiftAt = (y: number): number => {
    const inBox = y - untrack(top);
    return Math.round(stretch().toFull(inBox) - inBox);
  };
  /** Scroll the page to `y`, where the box shows the grid shifted by `by`. */
  const move = (y: number, by: number): void => {
    batch(() => {
      setScrolled(y);
      setShift(by);
    });
    scrollTo({ top: y, behavior: 'instant' });
  };
  const settle = (): void => {
    const by = Math.round(stretch().toBox(place()) + top() - scrolled());
    if (by !== 0) move(scrolled() + by, shift() - by);
  };
  const onScroll = (): void => {
    const y = scrollY;
    batch(() => {
      if (Math.abs(y - scrolled()) > NEAR * height()) setShift(shiftAt(y));
      setScrolled(y);
    });
    clearTimeout(quiet);
    quiet = setTimeout(settle, QUIET_MS);
  };
  const onResize = () => setHeight(innerHeight);
  onMount(() => {
    addEventListener('scroll', onScroll, { passive: true });
    addEventListener('resize', onResize);
  });
  onCleanup(() => {
    clearTimeout(quiet);
    removeEventListener('scroll', onScroll);
    removeEventListener('resize', onResize);
  });
  // Of another height it is another grid: what it shows is where the page is.
  createComputed(on(stretch, () => setShift(shiftAt(untrack(scrolled)))));

  return {
    place,
    height,
    shift,
    to(target) {
      const by = target - place();
      if (Math.abs(by) <= NEAR * height()) return move(scrolled() + by, shift());
      const y = Math.round(stretch().toBox(target) + top());
      move(y, Math.round(target) - (y - top()));
    },
  };
}
