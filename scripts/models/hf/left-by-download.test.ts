import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { downloadTrouble, type FileKind, parseModelJson, varint } from './left-by-download.ts';
import { field, LFS_POINTER, SIGN_IN } from './testing.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterimage-download-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function trouble(content: string | Uint8Array, kind: FileKind = 'onnx'): Promise<string | undefined> {
  const path = join(folder, 'file');
  await writeFile(path, content);
  return downloadTrouble(path, kind);
}

/** A ModelProto of a version and a graph of 5,000 bytes. */
const MODEL = Buffer.concat([Buffer.from([8, 8]), field(7, Buffer.alloc(5000, 1)), field(8, Buffer.from([16, 17]))]);

test.each<[string, string | Uint8Array, FileKind, RegExp]>([
  ['nothing', '', 'weights', /^is empty: download it again$/],
  [
    'a Git LFS pointer',
    LFS_POINTER,
    'weights',
    /^is a Git LFS pointer, .*\(of 254058553 bytes\): install Git LFS and run git lfs pull$/,
  ],
  [
    'an old one without a size',
    'version https://hawser.github.com/spec/v1\noid sha256:0\n',
    'onnx',
    /^is a Git LFS pointer, not the file itself: /,
  ],
  ['a pointer of git-annex', '/annex/objects/SHA256E-s17--0.onnx\n', 'onnx', /^is a git-annex pointer/],
  ['a web page', SIGN_IN, 'text', /^is a web page/],
  ['one with a byte order mark and a comment', '\uFEFF\n<!-- x -->\n<HTML lang="en">', 'onnx', /^is a web page/],
  ['one in XHTML', '<?xml version="1.0"?>\n<!DOCTYPE html>', 'onnx', /^is a web page/],
  [
    'an answer of a store',
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    'weights',
    /^is an answer of a server in XML/,
  ],
  ['a line of a server', 'Invalid username or password.', 'onnx', /^is text \(“Invalid username or password\.”\)/],
  ['a graph cut short', MODEL.subarray(0, 3000), 'onnx', /^is cut short after 3000 bytes of 500\d or more/],
  ['a graph with its end cut off', MODEL.subarray(0, MODEL.length - 3), 'onnx', /^is cut short/],
  [
    'other bytes',
    Uint8Array.from({ length: 5000 }, (_, i) => (i * 97) % 256),
    'onnx',
    /^is not an ONNX file$|^is cut short/,
  ],
  [
    'protobuf of something else',
    Buffer.concat([field(1, Buffer.alloc(3000, 200)), field(2, Buffer.alloc(9))]),
    'onnx',
    /^is not an ONNX file$/,
  ],
])('tells %s', async (_, content, kind, words) => {
  expect(await trouble(content, kind)).toMatch(words);
});

test('says nothing of what may be what its name says', async () => {
  expect(await trouble(MODEL)).toBeUndefined();
  expect(await trouble(MODEL.subarray(0, 3000), 'weights')).toBeUndefined();
  expect(await trouble('#version: 0.2\na n\n', 'text')).toBeUndefined();
});

test('whatever is in a file, it is told from its beginnings, without an error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom<FileKind>('onnx', 'weights', 'text'),
      async (bytes, kind) => {
        expect(['string', 'undefined']).toContain(typeof (await trouble(bytes, kind)));
      },
    ),
    { numRuns: 200 },
  );
});

test('numbers of protobuf are read up to 2^53, and not beyond their bytes', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const bytes: number[] = [];
      for (let rest = value; ; rest = Math.floor(rest / 128)) {
        bytes.push(rest > 127 ? (rest % 128) | 128 : rest);
        if (rest <= 127) break;
      }
      expect(varint(Uint8Array.from(bytes), 0)).toEqual({ value, end: bytes.length });
      expect(varint(Uint8Array.from(bytes.slice(0, -1)), 0)).toBeUndefined();
    }),
  );
  expect(varint(new Uint8Array(20).fill(255), 0)).toBeUndefined();
});

test('JSON of a model: the object, or what it is in its place', () => {
  expect(parseModelJson('\uFEFF{"a":1}')).toEqual({ value: { a: 1 } });
  expect(parseModelJson('{"error":"x","model":{},"b":1,"c":2}')).toMatchObject({ value: { b: 1 } });
  expect(parseModelJson('{"a":')).toEqual({ trouble: expect.stringMatching(/^is cut short after 5 characters/) });
  expect(parseModelJson('[1]')).toEqual({ trouble: 'is not a JSON object' });
  expect(parseModelJson(' \n')).toEqual({ trouble: expect.stringMatching(/^is empty/) });
  expect(parseModelJson(SIGN_IN)).toEqual({ trouble: expect.stringMatching(/^is a web page/) });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const parsed = parseModelJson(text);
      expect('value' in parsed ? typeof parsed.value : typeof parsed.trouble).toMatch(/^(?:object|string)$/);
    }),
  );
});
