import { describe, expect, test } from 'vitest';
import { originOf, REMOTE, type RemoteLocation, remoteOf, remoteUrl, withRemote } from './remote.ts';

const location: RemoteLocation = {
  ...{ engine: 'chroma', url: 'https://search.example:8000/chroma', tenant: 'default_tenant' },
  ...{ database: 'default_database', collection: 'holidays', space: 'cosine' },
};

test('what is written is read', () => {
  const extensions = withRemote({ packed: {} }, location);
  expect(Object.keys(extensions)).toEqual(['packed', REMOTE]);
  expect(remoteOf({ extensions })).toEqual(location);
  expect(withRemote(extensions, null)).toEqual({ packed: {} });
  expect(remoteOf({})).toBeUndefined();
});

test.each([
  { engine: 'other' },
  { url: 'ftp://search.example' },
  { url: 7 },
  { space: 'manhattan' },
  { collection: '../../x' },
  { collection: 'a' },
  { tenant: 'a b c' },
  { database: null },
])('nonsense is as good as nothing: %j', (changes) => {
  expect(remoteOf({ extensions: { [REMOTE]: { ...location, ...changes } } })).toBeUndefined();
});

describe('an address', () => {
  test.each([
    ['http://localhost:8000', 'http://localhost:8000', 'http://localhost:8000'],
    ['http://localhost:8000/', 'http://localhost:8000', 'http://localhost:8000'],
    ['http://localhost:80/a/b/', 'http://localhost/a/b', 'http://localhost'],
    ['https://search.example:443', 'https://search.example', 'https://search.example'],
    ['https://search.example/v1.2', 'https://search.example/v1.2', 'https://search.example'],
    ['http://[::1]:8000', 'http://[::1]:8000', 'http://[::1]:8000'],
  ])('%s', (given, url, origin) => {
    expect(remoteUrl(given)).toBe(url);
    expect(originOf({ url })).toBe(origin);
    expect(new URL(url).origin).toBe(origin);
  });

  test.each([
    ...['localhost:8000', '//x', 'javascript:alert(1)', 'http://', 'http://a b', "http://x;script-src 'none'"],
    ...[
      'http://x, *',
      'http://*',
      'http://user:pass@x',
      'http://x?y',
      'http://x#y',
      'http://x/../y z',
      'http://x:999999',
    ],
  ])('%s is none', (given) => {
    expect(remoteUrl(given)).toBeUndefined();
  });
});
