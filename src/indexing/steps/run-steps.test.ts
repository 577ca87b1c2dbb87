import { expect, test, vi } from 'vitest';
import type { Steps } from '../../engine/async/steps.ts';
import { runSteps } from './run-steps.ts';

/** Steps of so many milliseconds. */
function* work(steps: number, ms: number): Steps<string> {
  for (let i = 1; i <= steps; i++) {
    for (const end = performance.now() + ms; performance.now() < end; );
    yield i / steps;
  }
  return 'done';
}

test('others have their turn while it runs, and hear how far it is', async () => {
  const said: number[] = [];
  const turn = vi.fn();
  const timer = setInterval(turn, 1);
  expect(await runSteps(work(30, 10), new AbortController().signal, (done) => said.push(done))).toBe('done');
  clearInterval(timer);
  expect(turn.mock.calls.length).toBeGreaterThan(2);
  expect(said.length).toBeGreaterThan(3);
  expect([said[0], said.at(-1)]).toEqual([0, 1]);
  expect(said.toSorted((a, b) => a - b)).toEqual(said);
});

test('it ends soon after the signal, and not before the first step where that is aborted already', async () => {
  const controller = new AbortController();
  let done = 0;
  let doneBefore = 0;
  setTimeout(() => {
    doneBefore = done;
    controller.abort(new Error('stopped'));
  }, 100);
  function* counted(): Steps<string> {
    for (const share of work(1000, 10)) {
      done++;
      yield share;
    }
    return 'done';
  }
  await expect(runSteps(counted(), controller.signal)).rejects.toThrow('stopped');
  expect(doneBefore).toBeGreaterThan(0);
  expect(done - doneBefore).toBeLessThanOrEqual(5); // of 10 ms each, between two turns
  const steps = work(1, 0);
  await expect(runSteps(steps, controller.signal)).rejects.toThrow('stopped');
  expect(steps.next()).toEqual({ done: false, value: 1 });
});
