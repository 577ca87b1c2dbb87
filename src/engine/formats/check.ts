import type { AfterimageError } from '../errors.ts';

/**
 * Strict checks of untrusted JSON, composed like the types they check. A check returns a new value that holds nothing
 * but what was declared, in declared order, or throws `Invalid`; `checked` and `parseJson` turn that into a coded error.
 */
export type Check<T> = (value: unknown, path: string) => T;

/** What is wrong and where. Never leaves the engine: `checked` and `parseJson` catch it. */
class Invalid extends Error {
  constructor(path: string, problem: string) {
    super(`${path === '' ? 'it' : path} ${problem}`);
  }
}

/** The value that passed `check`. @throws what `fail` makes of the problem, for example `dim is not a whole number`. */
export function checked<T>(value: unknown, check: Check<T>, fail: (problem: string) => AfterimageError): T {
  try {
    return check(value, '');
  } catch (error) {
    if (error instanceof Invalid) throw fail(error.message);
    throw error;
  }
}

/** Like `checked`, from text. */
export function parseJson<T>(text: string, check: Check<T>, fail: (problem: string) => AfterimageError): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail('it is not JSON');
  }
  return checked(value, check, fail);
}

/** The member `key` of a JSON object, `undefined` where there is none: to look at a version before checking the rest. */
export function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** An object with exactly these members, of which those that `optional` names may be absent. */
export function object<T extends object>(
  members: { readonly [K in keyof T]-?: Check<Exclude<T[K], undefined>> },
  optional: readonly (keyof T)[] = [],
): Check<T> {
  const names = Object.keys(members) as (keyof T & string)[];
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Invalid(path, 'is not an object');
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(members, key));
    if (unknown !== undefined) throw new Invalid(path, `has an unknown member ${quote(unknown)}`);
    const result: Partial<T> = {};
    for (const name of names) {
      if (!Object.hasOwn(value, name)) {
        if (optional.includes(name)) continue;
        throw new Invalid(path, `has no member ${quote(name)}`);
      }
      result[name] = members[name]((value as Record<string, unknown>)[name], path === '' ? name : `${path}.${name}`);
    }
    return result as T;
  };
}

/** An array of at most `max` elements. */
export function list<T>(element: Check<T>, max: number): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Invalid(path, 'is not a list');
    if (value.length > max) throw new Invalid(path, `has more than ${max} elements`);
    return value.map((one: unknown, i) => element(one, `${path}[${i}]`));
  };
}

/** An object whose members are named freely, as far as `name` allows. */
export function record<T>(name: Check<string>, value: Check<T>): Check<Readonly<Record<string, T>>> {
  return (given, path) => {
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new Invalid(path, 'is not an object');
    return Object.fromEntries(
      Object.entries(given).map(([key, one]) => [
        name(key, `${path} has a member ${quote(key)}, which`),
        value(one, `${path}.${key}`),
      ]),
    );
  };
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Any JSON, in which objects and lists are nested at most `depth` deep: recursion over deeper ones overflows the stack. */
export function json(depth: number): Check<Json> {
  return (value, path) => {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number') return finite(value, path) + 0; // −0, which JSON.stringify writes as 0, becomes 0
    if (typeof value !== 'object') throw new Invalid(path, 'is not JSON');
    if (depth === 0) throw new Invalid(path, 'is nested too deeply');
    const inner = json(depth - 1);
    if (Array.isArray(value)) return value.map((one: unknown) => inner(one, path));
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(one, path)]));
  };
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

/** A string of `min` to `max` UTF-16 units. */
export function text(min: number, max: number): Check<string> {
  return (value, path) => {
    if (typeof value !== 'string') throw new Invalid(path, 'is not text');
    if (value.length < min) throw new Invalid(path, 'is empty');
    if (value.length > max) throw new Invalid(path, `is longer than ${max} characters`);
    return value;
  };
}

/** A string that matches; `what` completes "is not …". */
export function matching(pattern: RegExp, what: string): Check<string> {
  return (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw new Invalid(path, `is not ${what}`);
    return value;
  };
}

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Check<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Invalid(path, 'is not a whole number');
    if (value < min || value > max) throw new Invalid(path, `is ${value}, not between ${min} and ${max}`);
    return value;
  };
}

export const boolean: Check<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new Invalid(path, 'is neither true nor false');
  return value;
};

export const finite: Check<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Invalid(path, 'is not a number');
  return value;
};

/** A number from 0 to 1. */
export const number01: Check<number> = (value, path) => {
  const number = finite(value, path);
  if (number < 0 || number > 1) throw new Invalid(path, 'is not between 0 and 1');
  return number;
};

export function oneOf<const T extends string | number>(...values: readonly T[]): Check<T> {
  return (value, path) => {
    const found = values.find((one) => one === value);
    if (found === undefined) throw new Invalid(path, `is not ${values.map((one) => JSON.stringify(one)).join(' or ')}`);
    return found;
  };
}

/** `check`, and what spans several members: `problem` names what is wrong with a checked value, if anything. */
export function also<T>(check: Check<T>, problem: (value: T) => string | undefined): Check<T> {
  return (value, path) => {
    const result = check(value, path);
    const found = problem(result);
    if (found !== undefined) throw new Invalid(path, found);
    return result;
  };
}

/** SHA-256 in lower-case hex. */
export const sha256Hex = matching(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex');

/** Name of a model's folder. */
const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
export const modelId = matching(MODEL_ID, 'a folder name of letters, digits, ".", "_", "-"');

/** Whether `id` can name a model's folder. */
export function isModelId(id: string): boolean {
  return MODEL_ID.test(id);
}

/**
 * A path below the folder that it is relative to. Every segment is plain ASCII and starts with a letter, digit or `_`,
 * which leaves no room for `..`, a scheme, a backslash, a query or percent escapes.
 */
export const relativePath = also(
  matching(/^\w[\w.-]*(?:\/\w[\w.-]*)*$/, 'a plain relative path of letters, digits, "_", "-", ".", "/"'),
  (path) => (path.length > 500 ? 'is longer than 500 characters' : undefined),
);

/** ISO 8601 date and time, zone optional (cameras know none). */
export const isoDate = also(
  matching(
    /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?$/,
    'a date and time in ISO 8601',
  ),
  (date) => (Number.isNaN(Date.parse(date)) ? 'is not a date that exists' : undefined),
);

function quote(key: string): string {
  return JSON.stringify(key.slice(0, 60));
}
