import { createEffect, createSignal, onCleanup, onMount } from 'solid-js';

/** Where the grid is in the document and how wide, kept current. */
export function createBox(element: () => HTMLElement | undefined) {
  const [box, setBox] = createSignal(
    { top: 0, width: 0, gap: 12 },
    { equals: (a, b) => a.top === b.top && a.width === b.width && a.gap === b.gap },
  );
  const measure = () => {
    const rectangle = element()?.getBoundingClientRect();
    if (!rectangle) return;
    const top = Math.round(rectangle.top + scrollY);
    setBox({ top, width: rectangle.width, gap: rectangle.width < 480 ? 6 : 12 });
  };
  const observer = new ResizeObserver(measure);
  onMount(() => {
    // The body changes its height when what is above the grid does.
    observer.observe(document.body);
    measure();
  });
  createEffect(() => {
    const grid = element();
    if (grid) observer.observe(grid);
  });
  onCleanup(() => observer.disconnect());
  return box;
}
