import { afterEach, expect, test, vi } from 'vitest';
import type { WorkerEvent } from '../../protocol/query-worker.ts';
import { throttleProgress } from './progress.browser.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('progress and signs of life are told now and then, the end of a stage always, the rest at once', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const told: WorkerEvent[] = [];
  const send = throttleProgress((event) => told.push(event));
  const at = (loaded: number, stage: 'items' | 'graph' = 'items') =>
    ({ type: 'progress', stage, loaded, total: 9 }) as const;
  const alive = { type: 'alive' } as const;
  const kept = { type: 'kept', name: 'demo', problem: undefined } as const;
  for (const event of [at(1), at(2), at(1, 'graph'), alive, alive, kept, kept, at(9), at(1)]) send(event);
  expect(told).toEqual([at(1), at(1, 'graph'), alive, kept, kept, at(9)]);
  vi.advanceTimersByTime(50);
  for (const event of [at(3), alive, alive]) send(event);
  expect(told.slice(6)).toEqual([at(3), alive]);
});
