import { expect, test } from 'vitest';
import { AfterimageError, toAfterimageError } from './errors.ts';

test('an error keeps its code, message and cause', () => {
  const cause = new Error('disk');
  const error = new AfterimageError('part-missing', 'It is gone. Build it again.', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code: 'part-missing', message: 'It is gone. Build it again.', cause });
  expect(toAfterimageError(error, 'internal')).toBe(error);
});

test('a code survives what a worker border leaves of an error: name, message and stack', () => {
  const sent = new AfterimageError('device-lost', 'The graphics card is gone.');
  const received = Object.assign(new Error(sent.message), { name: sent.name });
  expect(toAfterimageError(received)).toMatchObject({ code: 'device-lost', message: 'The graphics card is gone.' });
});

test('other errors, and what is no error at all, get the fallback', () => {
  const cause = new TypeError('x is not a function');
  expect(toAfterimageError(cause)).toMatchObject({ code: 'internal', message: cause.message, cause });
  expect(toAfterimageError('out of paper', 'network')).toMatchObject({ code: 'network', message: 'out of paper' });
});
