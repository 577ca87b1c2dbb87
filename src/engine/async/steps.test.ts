import { expect, test } from 'vitest';
import { finish, type Steps, share } from './steps.ts';

function* count(to: number): Steps<string> {
  for (let i = 1; i <= to; i++) yield i / to;
  return `${to} steps`;
}

test('all steps are run, and what comes out is handed on', () => {
  expect(finish(count(3))).toBe('3 steps');
  expect(finish(count(0))).toBe('0 steps');
});

test('part of the work is a part of what is done', () => {
  const steps = share(count(4), 0.5, 0.9);
  const said = [steps.next(), steps.next(), steps.next(), steps.next()].map(({ value }) => value);
  expect(said).toEqual([0.6, 0.7, 0.8, 0.9].map((value) => expect.closeTo(value as number)));
  expect(steps.next()).toEqual({ done: true, value: '4 steps' });
});
