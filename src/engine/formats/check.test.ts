import { expect, test } from 'vitest';
import { AfterimageError } from '../errors.ts';
import {
  boolean,
  type Check,
  checked,
  finite,
  integer,
  isoDate,
  list,
  matching,
  member,
  nullable,
  object,
  oneOf,
  parseJson,
  relativePath,
  text,
} from './check.ts';

const fail = (problem: string) => new AfterimageError('internal', problem);

/** The problem that `check` finds with a value, or undefined. */
function problem(check: Check<unknown>, value: unknown): string | undefined {
  try {
    checked(value, check, fail);
    return undefined;
  } catch (error) {
    return (error as AfterimageError).message;
  }
}

test.each<[Check<unknown>, unknown, string | undefined]>([
  [text(1, 3), 'abc', undefined],
  [text(1, 3), '', 'it is empty'],
  [text(1, 3), 'abcd', 'it is longer than 3 characters'],
  [text(1, 3), 3, 'it is not text'],
  [matching(/^a$/, 'the letter a'), 'b', 'it is not the letter a'],
  [matching(/^1$/, 'the digit 1'), 1, 'it is not the digit 1'],
  [integer(0, 9), 9, undefined],
  [integer(0, 9), 10, 'it is 10, not between 0 and 9'],
  [integer(0, 9), -1, 'it is -1, not between 0 and 9'],
  [integer(0), 0.5, 'it is not a whole number'],
  [integer(0), 2 ** 53, 'it is not a whole number'],
  [integer(0), '1', 'it is not a whole number'],
  [finite, -0.5, undefined],
  [finite, Number.NaN, 'it is not a number'],
  [boolean, false, undefined],
  [boolean, 0, 'it is neither true nor false'],
  [oneOf('a', 'b'), 'b', undefined],
  [oneOf('a', 'b'), 'c', 'it is not "a" or "b"'],
  [nullable(boolean), null, undefined],
  [nullable(boolean), undefined, 'it is neither true nor false'],
  [list(boolean, 2), [true, false], undefined],
  [list(boolean, 2), [true, 1], '[1] is neither true nor false'],
  [list(boolean, 2), [true, true, true], 'it has more than 2 elements'],
  [list(boolean, 2), { length: 1 }, 'it is not a list'],
  [object({ a: boolean }), { a: true }, undefined],
  [object({ a: boolean }), {}, 'it has no member "a"'],
  [object<{ a?: boolean }>({ a: boolean }, ['a']), {}, undefined],
  [object<{ a?: boolean }>({ a: boolean }, ['a']), { a: 1 }, 'a is neither true nor false'],
  [object({ a: boolean }), { a: true, b: 1 }, 'it has an unknown member "b"'],
  [object({ a: boolean }), [], 'it is not an object'],
  [object({ a: boolean }), null, 'it is not an object'],
  [object({ a: object({ b: list(boolean, 9) }) }), { a: { b: [1] } }, 'a.b[0] is neither true nor false'],
])('check %#: %o', (check, value, expected) => {
  expect(problem(check, value)).toBe(expected);
});

test('members inherited or hidden in a prototype do not count', () => {
  const check = object({ toString: boolean });
  expect(problem(check, {})).toBe('it has no member "toString"');
  expect(problem(object({ a: boolean }), JSON.parse('{"a":true,"__proto__":{}}'))).toContain('unknown member');
});

test('a checked object has its members in declared order', () => {
  const result = checked({ b: 1, a: 2 }, object<{ a: number; b: number }>({ a: finite, b: finite }), fail);
  expect(JSON.stringify(result)).toBe('{"a":2,"b":1}');
});

test.each(['thumbs/0a/0a1b2c.webp', 'a', '_x/y-z.tar.gz'])('%s is a relative path', (path) =>
  expect(problem(relativePath, path)).toBeUndefined(),
);

test.each([
  '',
  '/etc/passwd',
  '../up',
  'a/../b',
  'a/..',
  'a//b',
  'a/',
  './a',
  'a/.hidden',
  'a\\b',
  'https://elsewhere.example/a',
  'data:text/html,x',
  'javascript:alert(1)',
  'a?b',
  'a#b',
  'a%2e%2e/b',
  'a b',
  'ä',
  'a\n',
  'a\u0000',
  `a${'/a'.repeat(300)}`,
])('%j is no relative path', (path) => expect(problem(relativePath, path)).toBeDefined());

test.each(['2026-11-21T03:00:00.000Z', '2026-11-21T03:00:00', '2026-11-21T03:00:00+01:00', '+010000-01-01T00:00:00Z'])(
  '%s is a date',
  (date) => expect(problem(isoDate, date)).toBeUndefined(),
);

test.each(['2026-11-21', 'yesterday', '2026-13-01T00:00:00Z', '2026-11-21T25:00:00Z', ''])('%j is no date', (date) =>
  expect(problem(isoDate, date)).toBeDefined(),
);

test('text that is not JSON is a problem like others', () => {
  expect(() => parseJson('{', boolean, fail)).toThrow('it is not JSON');
  expect(parseJson('true', boolean, fail)).toBe(true);
});

test('an error that is not about the value passes through', () => {
  const bug = new TypeError('a bug');
  const broken: Check<unknown> = () => {
    throw bug;
  };
  expect(() => checked(1, broken, fail)).toThrow(bug);
});

test('a member of anything', () => {
  expect(member({ a: 1 }, 'a')).toBe(1);
  expect(member({ a: 1 }, 'toString')).toBeUndefined();
  expect(member(null, 'a')).toBeUndefined();
  expect(member('text', 'length')).toBeUndefined();
});
