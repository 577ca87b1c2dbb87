import { expect, test } from 'vitest';
import { createQueueMeter } from './progress.ts';

test('counts add up, and the speed is that of the last seconds', () => {
  let now = 0;
  const meter = createQueueMeter(() => now);
  expect(meter.counts()).toEqual({ done: 0, known: 0, failed: 0, indexed: 0, newest: null, perSecond: null });
  meter.begin();
  for (let second = 1; second <= 60; second++) {
    now = second * 1000;
    meter.add({ done: second <= 30 ? 2 : 8, known: 1, failed: 0, newest: { id: `${second}`, name: 'a.jpg' } });
  }
  expect(meter.counts()).toMatchObject({ done: 300, known: 60, newest: { id: '60' }, perSecond: 8 });
  meter.add({ done: 0, known: 0, failed: 3, newest: null });
  meter.retried(2);
  expect(meter.counts()).toMatchObject({ failed: 1, newest: { id: '60' } });
});

test('what lies before a pause counts for no speed, and a new queue begins at nothing', () => {
  let now = 0;
  const meter = createQueueMeter(() => now);
  meter.begin();
  now = 1000;
  meter.add({ done: 10, known: 0, failed: 0, newest: null });
  now = 100_000;
  meter.begin();
  expect(meter.counts().perSecond).toBeNull();
  now = 101_000;
  meter.add({ done: 5, known: 0, failed: 0, newest: null });
  expect(meter.counts()).toMatchObject({ done: 15, perSecond: 5 });
  meter.reset();
  expect(meter.counts()).toMatchObject({ done: 0, perSecond: null });
});
