import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Queue } from '../../../protocol/library-worker.ts';
import { EMPTY_QUEUE } from '../../../state/library/testing.ts';
import { announcement, outcome, queueTitle, rateInWords, shareOf, timeInWords } from './sentences.ts';

const queue = (patch: Partial<Queue>): Queue => ({ ...EMPTY_QUEUE, ...patch });

describe('how long it takes, in words', () => {
  it.each([
    [0, 'less than a minute'],
    [49, 'less than a minute'],
    [50, 'about 1 minute'],
    [89, 'about 1 minute'],
    [150, 'about 3 minutes'],
    [3_569, 'about 59 minutes'],
    [3_570, 'about 1 hour'],
    [5_500, 'about 2 hours'],
    [200_000, 'about 2 days'],
  ])('%d s: %s', (seconds, words) => expect(timeInWords(seconds)).toBe(words));
});

it.each([
  [23.4, '23 pictures a second'],
  [3.14, '3.1 pictures a second'],
  [0.5, '30 pictures a minute'],
  [0.017, '1 picture a minute'],
  [0.0001, '1 picture a minute'],
])('%d pictures a second read as %s', (rate, words) => expect(rateInWords(rate)).toBe(words));

it('the share of what is done lies between 0 and 1, and is 1 only when nothing is left', () => {
  const count = fc.nat(1_000_000);
  fc.assert(
    fc.property(count, count, count, (done, failed, left) => {
      const share = shareOf(queue({ done, failed, left }));
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
      if (done + failed > 0) expect(share === 1).toBe(left === 0);
    }),
  );
});

describe('what is said of the queue', () => {
  it('while it runs', () => {
    const running = queue({ state: 'running', done: 300, left: 700, secondsLeft: 120 });
    expect(announcement(running)).toBe('Adding your pictures: 300 of 1,000 files done, about 2 minutes left.');
    expect(announcement({ ...running, secondsLeft: null })).toBe('Adding your pictures: 300 of 1,000 files done.');
  });

  it('when it is over', () => {
    expect(outcome(queue({ done: 1, known: 0 }))).toBe('1 file added.');
    expect(outcome(queue({ done: 12, known: 2, failed: 3 }))).toBe(
      '10 files added, 2 were there already, 3 could not be added.',
    );
    expect(outcome(queue({ done: 1, known: 1 }))).toBe('0 files added, 1 was there already.');
  });

  it('when it stopped by itself', () => {
    const problem = { code: 'quota-exceeded', message: 'The disk is full.' } as const;
    const stopped = queue({ state: 'paused', left: 3, problem });
    expect(queueTitle(stopped)).toBe('Adding stopped');
    expect(announcement(stopped)).toBe('Adding stopped. The disk is full.');
    expect(queueTitle({ ...stopped, problem: null })).toBe('Adding is paused');
  });
});

it('says how many were in the index of the folder', () => {
  expect(outcome(queue({ done: 12, known: 2, indexed: 9 }))).toBe(
    '10 files added (9 of them from the index in the folder), 2 were there already.',
  );
});
