import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { download, type Wanted } from './download.ts';

const CONTENT = Buffer.from(Array.from({ length: 50_000 }, (_, i) => i % 251));
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

let folder = '';
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: (string | undefined)[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'afterimage-download-'));
  asked = [];
  answer = serveRanges;
  return () => rm(folder, { recursive: true, force: true });
});

function serveRanges({ headers }: IncomingMessage, response: ServerResponse): void {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': CONTENT.length - start });
  response.end(CONTENT.subarray(start));
}

function wanted(changes: Partial<Wanted> = {}): Wanted {
  const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tower.onnx`;
  return { place: 'onnx/tower.onnx', from, bytes: CONTENT.length, sha256: SHA256, ...changes };
}

const target = () => readFile(join(folder, 'onnx/tower.onnx'));

test('brings a file, says how far it is, and asks for nothing where it is there', async () => {
  const seen: number[] = [];
  const got = await download(wanted(), { folder, onProgress: (loaded) => seen.push(loaded) });
  expect(got).toEqual({ bytes: CONTENT.length, sha256: SHA256 });
  expect(await target()).toEqual(CONTENT);
  expect(seen.at(-1)).toBe(CONTENT.length);
  await download(wanted(), { folder });
  expect(asked).toEqual([undefined]);
});

test('goes on where a lost connection ended', async () => {
  let cut = () => {};
  answer = (_, response) => {
    answer = serveRanges;
    cut = () => response.destroy();
    response.writeHead(200, { 'Content-Length': CONTENT.length });
    response.write(CONTENT.subarray(0, 20_000));
  };
  await download(wanted(), { folder, onProgress: () => cut() });
  expect(await target()).toEqual(CONTENT);
  expect(asked[0]).toBeUndefined();
  expect(asked[1]).toMatch(/^bytes=[1-9]\d*-$/);
});

test('begins anew where a server knows no ranges', async () => {
  await download(wanted(), { folder }).then(() => rm(join(folder, 'onnx/tower.onnx')));
  await writeFile(join(folder, 'onnx/tower.onnx.part'), CONTENT.subarray(0, 100));
  answer = (_, response) => {
    response.writeHead(200, { 'Content-Length': CONTENT.length });
    response.end(CONTENT);
  };
  await download(wanted(), { folder });
  expect(await target()).toEqual(CONTENT);
});

test('does not go on with what no hash can tell to be right', async () => {
  await download(wanted(), { folder }).then(() => rm(join(folder, 'onnx/tower.onnx')));
  await writeFile(join(folder, 'onnx/tower.onnx.part'), Buffer.alloc(100, 9));
  asked = [];
  await download(wanted({ sha256: null }), { folder });
  expect(asked).toEqual([undefined]);
  expect(await target()).toEqual(CONTENT);
});

test('what no hash can tell to be right goes on where its server says that it is the same file', async () => {
  let sent = 0;
  const asNamed = (etag: string) => (request: IncomingMessage, response: ServerResponse) => {
    const { range, 'if-range': same } = request.headers;
    const start = range && same === etag ? Number(/\d+/.exec(range)?.[0]) : 0;
    sent = CONTENT.length - start;
    response.writeHead(start > 0 ? 206 : 200, { ETag: etag, 'Content-Length': sent });
    response.end(CONTENT.subarray(start));
  };
  const stopped = async () => {
    const stop = new AbortController();
    answer = (_, response) => {
      response.writeHead(200, { ETag: '"one"', 'Content-Length': CONTENT.length });
      response.write(CONTENT.subarray(0, 20_000));
    };
    const from = { folder, signal: stop.signal, onProgress: () => stop.abort() };
    await expect(download(wanted({ sha256: null }), from)).rejects.toMatchObject({ name: 'AbortError' });
    asked = [];
  };
  for (const [etag, expected] of [
    ['"one"', true],
    ['"two"', false],
  ] as const) {
    await stopped();
    answer = asNamed(etag);
    await download(wanted({ sha256: null }), { folder });
    expect(await target()).toEqual(CONTENT);
    expect(asked).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
    expect(sent < CONTENT.length, etag).toBe(expected);
    expect(await readdir(join(folder, 'onnx'))).toEqual(['tower.onnx']);
    await rm(join(folder, 'onnx/tower.onnx'));
  }
});

test('a server that nobody reaches is one line that says what to do', async () => {
  const from = 'http://127.0.0.1:9/tower.onnx';
  const failed = download(wanted({ from }), { folder, pauseMs: 1 });
  await expect(failed).rejects.toMatchObject({
    code: 'network',
    message: expect.stringMatching(/^127\.0\.0\.1:9 was not reached for onnx\/tower\.onnx \(.+\)\. .*--from\.$/),
  });
});

test.each([
  ['hash', { sha256: '0'.repeat(64) }],
  ['length', { bytes: CONTENT.length - 1 }],
])('another %s than the one that is known: nothing stays', async (_, changes) => {
  const failed = download(wanted(changes), { folder });
  await expect(failed).rejects.toMatchObject({ code: 'download-failed' });
  expect(await readdir(join(folder, 'onnx'))).toEqual([]);
});

test.each([
  [403, 'download-failed', 'accept its terms'],
  [404, 'download-failed', 'not (or no longer)'],
])('an answer of %d is said', async (status, code, words) => {
  answer = (_, response) => response.writeHead(status).end();
  const failed = download(wanted(), { folder });
  await expect(failed).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
});

test('from a folder it is copied, and verified all the same', async () => {
  const from = join(folder, 'mirror.onnx');
  await writeFile(from, CONTENT);
  await download(wanted({ from }), { folder });
  expect(await target()).toEqual(CONTENT);
  await writeFile(from, CONTENT.subarray(1));
  await rm(join(folder, 'onnx/tower.onnx'));
  await expect(download(wanted({ from }), { folder })).rejects.toMatchObject({ code: 'download-failed' });
  const nowhere = download(wanted({ from: join(folder, 'none.onnx') }), { folder });
  await expect(nowhere).rejects.toMatchObject({ code: 'download-failed' });
});

test('stops when it is told to, and keeps what came', async () => {
  const stop = new AbortController();
  answer = (_, response) => {
    response.writeHead(200, { 'Content-Length': CONTENT.length });
    response.write(CONTENT.subarray(0, 20_000));
  };
  const stopped = download(wanted(), { folder, signal: stop.signal, onProgress: () => stop.abort() });
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  expect(await readdir(join(folder, 'onnx'))).toEqual(['tower.onnx.part']);
});
