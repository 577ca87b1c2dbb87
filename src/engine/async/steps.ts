/**
 * Work that takes long, in steps of some milliseconds at most: whoever runs it decides what happens between them. Each step
 * says how much of the whole is done by then, 0 … 1, which may be an estimate but never goes back.
 */
export type Steps<T> = Generator<number, T, void>;

/** Run all steps in one go. */
export function finish<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Part of some work: what is done of it goes from `from` to `to` of the whole. */
export function* share<T>(steps: Steps<T>, from: number, to: number): Steps<T> {
  let step = steps.next();
  for (; !step.done; step = steps.next()) yield from + step.value * (to - from);
  return step.value;
}
