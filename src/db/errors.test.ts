import { describe, expect, it } from 'vitest';
import { AfterimageError } from '../engine/errors.ts';
import { toDatabaseError } from './errors.ts';

describe('errors of IndexedDB', () => {
  it.each([
    ['QuotaExceededError', 'quota-exceeded', /delete old searches/],
    ['VersionError', 'database-unavailable', /Reload/],
    ['SecurityError', 'database-unavailable', /Allow site data/],
    ['InvalidStateError', 'database-unavailable', /private browsing/],
    ['UnknownError', 'database-unavailable', /disk space/],
  ])('%s becomes %s', (name, code, whatToDo) => {
    const error = toDatabaseError(new DOMException('…', name));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(whatToDo);
  });

  it('recognises the newer class of a full disk', () => {
    const error = Object.assign(new Error('full'), { name: 'QuotaExceededError' });
    expect(toDatabaseError(error).code).toBe('quota-exceeded');
  });

  it('leaves coded errors alone', () => {
    const error = new AfterimageError('search-unknown', '…');
    expect(toDatabaseError(error)).toBe(error);
  });
});
