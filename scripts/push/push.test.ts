/** `pnpm push` as a person runs it, against a real server. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { remoteOf } from '../../src/engine/collection/extensions/remote.ts';
import { parseManifest } from '../../src/engine/collection/manifest.ts';
import { type Files, sampleContent, sampleItem, writeCollection } from '../../src/engine/collection/testing.ts';
import type { Item } from '../../src/engine/collection/types.ts';
import { storeVectors } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { clusteredVectors, flatten } from '../../src/engine/numeric/testing-vectors.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { REMOTE_FINGERPRINT } from '../../src/platform/indexes/remote/check-remote.ts';
import { openFolder } from '../indexing/merge.ts';
import { ROOT_FOLDER } from '../repository/folders.ts';
import { remoteOrigins } from '../site/remote-origins.ts';
import { parsePushCommand } from './arguments.ts';
import { type ChromaServer, startChroma } from './chroma-server.ts';
import { type PushRequest, pushCollection } from './push-collection.ts';
import { reachServer } from './server.ts';

const [COUNT, DIM] = [300, 16];
let chroma: ChromaServer;
beforeAll(async () => {
  chroma = await startChroma(8730);
});
afterAll(() => chroma.remove());

const places = { tenant: 'default_tenant', database: 'default_database' };
const folderOf = (name: string) => join(chroma.folder, 'collections', name);

/** A collection in a folder, of rows `from` … `to` − 1 of all pictures. */
async function make(name: string, { from = 0, to = COUNT, seed = 1, item = sampleItem } = {}): Promise<string> {
  const vectors = clusteredVectors(COUNT, DIM, seed).slice(from, to);
  const files: Files = new Map();
  const content = sampleContent(sha256, to - from, DIM, { vectors: storeVectors(flatten(vectors, DIM), DIM, 'f32') });
  const items: Item[] = Array.from({ length: to - from }, (_, i) => item(from + i));
  await writeCollection({ ...content, name, items }, files);
  await rm(folderOf(name), { recursive: true, force: true });
  for (const [path, bytes] of files) {
    const file = join(folderOf(name), path.slice(`collections/${name}/`.length));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  return folderOf(name);
}

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function push(...args: readonly string[]): Promise<Run> {
  const command = ['--import', 'tsx', join(ROOT_FOLDER, 'scripts/push.ts'), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT_FOLDER }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

/** In this process, which takes less time, in batches of so many. */
async function pushHere(
  folder: string,
  {
    maxBatch = 5461,
    stopAfter = Number.POSITIVE_INFINITY,
    ...changes
  }: Partial<PushRequest> & { maxBatch?: number; stopAfter?: number } = {},
) {
  const server = { ...(await reachServer({ url: chroma.url, ...places, headers: {} })), maxBatch };
  const { collection } = await openFolder(folder);
  const stop = new AbortController();
  let batches = 0;
  const summary = await pushCollection({
    ...{ server, collection, name: collection.manifest.name, space: undefined, signal: stop.signal },
    ...changes,
    onEvent: (event) => {
      if (event.type === 'progress' && event.task === 'Sent' && ++batches >= stopAfter) stop.abort();
    },
  });
  return { ...summary, batches };
}

async function held(name: string) {
  const { client } = await reachServer({ url: chroma.url, ...places, headers: {} });
  const collection = await client.getCollection({ name });
  return { collection, count: await collection.count(), state: collection.metadata?.[REMOTE_FINGERPRINT] };
}

test('sends everything once, and writes where it is searched', async () => {
  const folder = await make('first');
  const done = await push(folder, '--to', chroma.url);
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toContain('300 sent, 0 renamed or moved, 0 deleted, 0 were there');
  expect(done.out).toContain(`its policy names ${chroma.url}: pnpm build`);
  const manifest = await parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'), sha256);
  expect(remoteOf(manifest)).toMatchObject({ url: chroma.url, collection: 'first', space: 'cosine' });
  expect(await held('first')).toMatchObject({ count: 300, state: manifest.fingerprint });
  expect(await remoteOrigins(dirname(folder))).toEqual([chroma.url]);

  const again = await push(folder, '--to', chroma.url, '--json');
  expect(JSON.parse(again.out)).toMatchObject({ sent: 0, updated: 0, removed: 0, there: 300 });
  expect(await parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'), sha256)).toEqual(manifest);

  expect(await push(folder, '--forget')).toMatchObject({ code: 0, out: expect.stringContaining('by itself again') });
  const after = await parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'), sha256);
  expect(remoteOf(after)).toBeUndefined();
  expect(after.parts.map(({ kind }) => kind)).not.toContain('sample');
});

test('after an interruption what is there is not sent again, and meanwhile it is no whole collection', async () => {
  const folder = await make('interrupted');
  await expect(pushHere(folder, { maxBatch: 40, stopAfter: 3 })).rejects.toThrow();
  expect(await held('interrupted')).toMatchObject({ count: 120, state: '' });
  expect(await pushHere(folder, { maxBatch: 40 })).toMatchObject({ sent: 180, there: 120, batches: 5 });
  expect((await held('interrupted')).state).toMatch(/^[0-9a-f]{32}$/);
});

/** The command, killed when it sends: before its vectors are with the server, or after. */
async function killWhileSending(folder: string, when: 'before' | 'after'): Promise<void> {
  const between = createServer(async (request, response) => {
    const body = await buffer(request);
    const sends = request.url?.endsWith('/upsert');
    if (sends && when === 'before') return child.kill('SIGKILL');
    const answer = await fetch(chroma.url + request.url, {
      ...{ method: request.method ?? 'GET', headers: { 'content-type': 'application/json' } },
      ...(body.length > 0 && { body }),
    });
    const answered = Buffer.from(await answer.arrayBuffer());
    if (sends) return child.kill('SIGKILL');
    return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answered);
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const to = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
  const command = ['--import', 'tsx', join(ROOT_FOLDER, 'scripts/push.ts'), folder, '--to', to];
  const child = spawn(process.execPath, command, { cwd: ROOT_FOLDER, stdio: 'ignore' });
  const [, signal] = await once(child, 'exit');
  between.closeAllConnections();
  between.close();
  expect(signal).toBe('SIGKILL');
}

test.each([
  ['before', 0],
  ['after', COUNT],
] as const)(
  'killed %s its vectors are there, it is no whole collection until it is pushed again',
  async (when, there) => {
    const folder = await make(`killed-${when}`);
    await killWhileSending(folder, when);
    expect(await held(`killed-${when}`)).toMatchObject({ count: there, state: '' });
    const again = await push(folder, '--to', chroma.url, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ sent: COUNT - there, there });
    expect(await held(`killed-${when}`)).toMatchObject({
      count: COUNT,
      state: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  },
);

test('pictures that came and went, and names that changed, are all that is sent', async () => {
  await pushHere(await make('changing', { from: 0, to: 200 }));
  const renamed = (row: number) => ({ ...sampleItem(row), ...(row === 150 && { title: 'Another title' }) });
  const summary = await pushHere(await make('changing', { from: 0, to: 210, item: renamed }));
  expect(summary).toMatchObject({ sent: 10, updated: 1, removed: 0, there: 199 });
  // All that stay have another row.
  expect(await pushHere(await make('changing', { from: 5, to: 210, item: renamed }))).toMatchObject({
    sent: 0,
    removed: 5,
  });
  const { collection, count } = await held('changing');
  expect(count).toBe(205);
  const { uris } = await collection.get({ ids: [sampleItem(5).id], include: ['uris'] });
  expect(uris).toEqual(['0']);
});

test('what filters look at travels along', async () => {
  const camera = (row: number): Item => ({
    ...sampleItem(row),
    ...{ title: 'A <b>dog</b>', date: '2024-05-06T07:08:09', extensions: { camera: 'Maker 1', place: [48.5, 2] } },
  });
  await pushHere(await make('filtered', { to: 20, item: camera }));
  const { collection } = await held('filtered');
  const { metadatas } = await collection.get({ ids: [sampleItem(3).id], include: ['metadatas'] });
  expect(metadatas[0]).toMatchObject({
    ...{ title: 'A <b>dog</b>', day: 20240506, camera: 'Maker 1', latitude: 48.5, longitude: 2 },
    ...{ name: sampleItem(3).name, vector: expect.stringMatching(/^[0-9a-f]{16}$/) },
  });
  // One that loses its title loses it there as well.
  await pushHere(await make('filtered', { to: 20, item: (row) => ({ ...camera(row), title: null }) }));
  const after = await collection.get({ ids: [sampleItem(3).id], include: ['metadatas'] });
  expect(Object.keys(after.metadatas[0] ?? {})).not.toContain('title');
});

test('what would spoil another collection is refused, with a code', async () => {
  const folder = await make('mine');
  await pushHere(folder);
  const other = await push(folder, '--to', chroma.url, '--space', 'l2');
  expect(other).toMatchObject({ code: 2, err: expect.stringMatching(/^remote-mismatch: /) });
  const refused = { code: 'remote-mismatch' };
  const { client } = await reachServer({ url: chroma.url, ...places, headers: {} });
  const theirs = await client.createCollection({ name: 'theirs', embeddingFunction: null });
  await theirs.add({ ids: ['a'], embeddings: [Array(DIM + 1).fill(0.1)] });
  await expect(pushHere(folder, { name: 'theirs' })).rejects.toMatchObject(refused);
  const same = await client.createCollection({ name: 'unmarked', embeddingFunction: null });
  await same.add({ ids: ['a'], embeddings: [Array(DIM).fill(0.1)] });
  await expect(pushHere(folder, { name: 'unmarked' })).rejects.toMatchObject(refused);
  expect(await same.count()).toBe(1);
});

test('a server that is away, is another program, or has no room', async () => {
  const folder = await make('nowhere', { to: 20 });
  const away = await push(folder, '--to', 'http://localhost:9');
  expect(away).toMatchObject({ code: 1, err: expect.stringMatching(/^remote-away: /) });
  let answer = (_url: string): [number, unknown] => [404, { error: 'NotFoundError', message: 'no' }];
  const other = createServer((request, response) => {
    const [status, body] = answer(request.url ?? '');
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${(other.address() as AddressInfo).port}`;
  await expect(reachServer({ url, ...places, headers: {} })).rejects.toMatchObject({ code: 'remote-version' });
  answer = (path) => {
    if (path.endsWith('/version')) return [200, '1.0.0'];
    if (path.endsWith('/pre-flight-checks')) return [200, { max_batch_size: 10 }];
    return [500, { error: 'InternalError', message: 'database or disk is full' }];
  };
  const server = await reachServer({ url, ...places, headers: {} });
  await expect(pushHere(folder, { server })).rejects.toMatchObject({ code: 'remote-full' });
  other.close();
});

test.each<[args: string[], words: string]>([
  [['--to', 'http://localhost:9'], 'the folder, or the name'],
  [['some'], '--to is missing'],
  [['some', '--to', 'localhost:8000'], 'the address of a server'],
  [['some', '--to', 'http://localhost:9/path'], 'without a path'],
  [['some', '--to', 'http://localhost:9', '--served-at', '/search'], 'the address of a server'],
  [['some', '--to', 'http://localhost:9', '--name', 'x'], 'no name for Chroma'],
  [['some', '--to', 'http://localhost:9', '--space', 'dot'], '--space takes'],
  [['some', '--to', 'http://localhost:9', '--header', 'x'], '--header takes'],
])('%j is a mistake in the command', (args, words) => {
  const refusal = expect.objectContaining({ code: 'usage', message: expect.stringContaining(words) });
  expect(() => parsePushCommand(args)).toThrow(refusal);
});
