import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCollection } from '../src/engine/collection/reader.ts';
import { DEFAULT_MODEL } from '../src/engine/model/model.ts';
import { createFolderSource } from '../src/platform/bytes/bytes.node.ts';
import { sha256 } from '../src/platform/hashes/sha256.ts';
import { draw, filesBelow, temporaryFolder } from './indexing/testing.ts';
import { ROOT_FOLDER } from './repository/folders.ts';

const SCRIPT = ['--import', 'tsx', join(ROOT_FOLDER, 'scripts/build-index.ts')];
const CACHE = ['--cache', join(tmpdir(), 'afterimage-test-cache')];
/** The same date in every manifest, so that whole folders can be compared. */
const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' };

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function buildIndex(...args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...SCRIPT, ...args, ...CACHE],
      { cwd: ROOT_FOLDER, env },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

async function pictures(count: number, folder: string): Promise<string> {
  for (let i = 0; i < count; i++) await draw(join(folder, `${i}.png`), i, 60, 50);
  return folder;
}

describe('what a person can mend is one clear line and exit code 2', () => {
  let root = '';
  let folder = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'afterimage-cli-'));
    folder = await pictures(1, join(root, 'pictures'));
    await mkdir(join(root, 'empty'));
    await writeFile(join(root, 'file'), '');
    await writeFile(join(root, 'captions.json'), '[1]');
    await writeFile(join(root, 'long.json'), JSON.stringify({ '0.png': { title: 'x'.repeat(10_001) } }));
  });

  afterAll(() => rm(root, { recursive: true, force: true }));

  const out = () => join(root, 'site/collections/x');
  const vectors = (from: string) => ['--from-npy', from, '--model', DEFAULT_MODEL, '--out', out()];
  const cases: readonly (readonly [string, () => string[], RegExp])[] = [
    ['no folder', () => ['--out', out()], /^usage: .*folder of pictures/],
    ['no --out', () => [folder], /^usage: --out is missing/],
    ['an unknown option', () => [folder, '--out', out(), '--no-such-thing'], /^usage: .*--no-such-thing/],
    ['a missing folder', () => [join(root, 'nowhere'), '--out', out()], /^usage: .*does not exist/],
    ['a file for a folder', () => [join(root, 'file'), '--out', out()], /^usage: .*is not a folder/],
    ['a missing model', () => [folder, '--out', out(), '--model', 'nobody'], /^model-not-found: .*nobody/],
    ['a folder that cannot be written', () => [folder, '--out', join(root, 'file/collections/x')], /^not-writable: /],
    ['a bad name', () => [folder, '--out', join(root, 'site/collections/a b')], /^usage: .*"a b"/],
    ['the output as input', () => [out(), '--out', out()], /^(usage|nothing)/],
    ['a bad number', () => [folder, '--out', out(), '--M', 'many'], /^usage: --M takes/],
    ['a bad mode', () => [folder, '--out', out(), '--pictures', 'all'], /^usage: --pictures takes/],
    ['bad captions', () => [folder, '--out', out(), '--captions', join(root, 'captions.json')], /^usage: .*captions/],
    [
      'captions that are too long',
      () => [folder, '--out', out(), '--captions', join(root, 'long.json')],
      /^usage: .*"0\.png" says has 10001 characters/,
    ],
    ['an empty title', () => [folder, '--out', out(), '--title', ''], /^usage: --title is empty/],
    [
      'vectors and folders',
      () => [folder, '--from-npy', folder, '--model', 'm', '--out', out()],
      /^usage: .*takes the place/,
    ],
    ['vectors of no model', () => ['--from-npy', folder, '--out', out()], /^usage: .*needs --model/],
    ['metadata without vectors', () => [folder, '--metadata', folder, '--out', out()], /^usage: --metadata goes with/],
    ['captions of vectors', () => [...vectors(folder), '--captions', folder], /^usage: --captions is for/],
    ['missing vectors', () => vectors(join(root, 'nowhere.npy')), /^usage: .*nowhere\.npy does not exist/],
    ['a folder without vectors', () => vectors(folder), /^nothing-to-index: .*no \.npy files/],
    ['vectors that are none', () => vectors(join(root, 'captions.json')), /^npy-invalid: captions\.json/m],
    [
      'a graph of a shard',
      () => [folder, '--out', out(), '--shard', '1/2', '--M', '8'],
      /^usage: --M is for pnpm merge/,
    ],
    ['a bad shard', () => [folder, '--out', out(), '--shard', '3/2'], /^usage: --shard takes i\/n.*"3\/2"/],
    ['nothing to index', () => [join(root, 'empty'), '--out', out()], /^nothing-to-index: /m],
  ];
  test.each(cases)('%s', async (_name, args, message) => {
    const { code, stdout, stderr } = await buildIndex(...args());
    const errors = stderr.split('\n').filter((line) => /^[a-z-]+: /.test(line));
    expect(errors).toHaveLength(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test('--json prints one object; --strict fails with exit code 1; skipped names cannot forge lines', async () => {
  const root = await temporaryFolder();
  const folder = await pictures(3, join(root, 'pictures'));
  await writeFile(join(folder, 'bad\nusage: forged.jpg'), 'no picture');
  const out = join(root, 'site/collections/x');
  const { code, stdout, stderr } = await buildIndex(
    folder,
    '--out',
    out,
    '--json',
    '--title',
    'T',
    '--example',
    'a',
    '--example',
    'b',
  );
  expect(JSON.parse(stdout)).toMatchObject({
    collection: 'x',
    count: 3,
    embedded: 3,
    problems: [{ name: 'bad\nusage: forged.jpg' }],
  });
  expect(stderr).not.toMatch(/^usage/m);
  expect(stderr).toContain(`copy ${out} there`);
  expect(code).toBe(0);
  const strict = await buildIndex(folder, '--out', out, '--strict');
  expect(strict.code).toBe(1);
  expect(strict.stderr).toMatch(/^picture-unreadable: /m);
});

/** Reads manifest and all parts, as a page would; undefined where there is no collection yet. */
async function readWhole(out: string): Promise<number | undefined> {
  const collections = dirname(out);
  const source = createFolderSource(dirname(collections));
  try {
    const collection = await readCollection(source, sha256, basename(out), basename(collections));
    const [items] = await Promise.all([collection.items(), collection.vectors(), collection.graph()]);
    return items.count;
  } catch (error) {
    if ((error as { code?: string }).code === 'collection-not-found') return undefined;
    throw error;
  }
}

test('killed at any moment and run again, it comes to the same collection; readers see whole ones only', async () => {
  const root = await temporaryFolder();
  const folder = await pictures(60, join(root, 'pictures'));
  const straight = join(root, 'a/collections/x');
  const start = performance.now();
  expect((await buildIndex(folder, '--out', straight)).code).toBe(0);
  const wholeRun = performance.now() - start;

  const out = join(root, 'b/collections/x');
  const seen = new Set<number | undefined>();
  for (let attempt = 1; attempt <= 8; attempt++) {
    const child = spawn(process.execPath, [...SCRIPT, folder, '--out', out, ...CACHE], {
      cwd: ROOT_FOLDER,
      env,
      stdio: 'ignore',
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const timer = setTimeout(() => child.kill('SIGKILL'), (wholeRun * (attempt + 3)) / 10);
    while (child.exitCode === null && child.signalCode === null) {
      seen.add(await readWhole(out));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    clearTimeout(timer);
    await exited;
  }
  expect((await buildIndex(folder, '--out', out)).code).toBe(0);
  expect([...seen].every((count) => count === undefined || count === 60)).toBe(true);
  expect(await filesBelow(join(root, 'b'))).toEqual(await filesBelow(join(root, 'a')));
});

test('Ctrl-C in the middle of a build ends it in order', async () => {
  const root = await temporaryFolder();
  const folder = await pictures(200, join(root, 'pictures'));
  const out = join(root, 'site/collections/x');
  const child = spawn(process.execPath, [...SCRIPT, folder, '--out', out, ...CACHE], { cwd: ROOT_FOLDER, env });
  let log = '';
  child.stderr.on('data', (chunk) => {
    // The folder has been listed: from here on it takes a while.
    if (log === '') child.kill('SIGINT');
    log += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect(log).toMatch(/Stopped\. Run the same command again to continue\.\n$/);
  expect(code).toBe(130);
  expect(await readWhole(out)).toBeUndefined();
});

test('--watch follows the folder, and Ctrl-C ends it', async () => {
  const root = await temporaryFolder();
  const folder = await pictures(2, join(root, 'pictures'));
  const out = join(root, 'site/collections/x');
  const child = spawn(process.execPath, [...SCRIPT, folder, '--out', out, '--watch', '--json', ...CACHE], {
    cwd: ROOT_FOLDER,
    env,
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const watching = async (times: number) => {
    while ((log.match(/Watching/g) ?? []).length < times && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** Undefined also where the collection was replaced, and its parts removed, while they were read. */
  const countNow = () =>
    readWhole(out).catch((error) => {
      if (error.code !== 'part-missing') throw error;
    });
  const until = async (count: number) => {
    while ((await countNow()) !== count && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await until(2);
  await watching(1);
  await draw(join(folder, 'sub/new.png'), 42);
  await until(3);
  await watching(2);
  await rm(join(folder, '0.png'));
  await until(2);
  child.kill('SIGINT');
  expect(await exited).toBe(0);
  expect(log).not.toMatch(/^[a-z-]+: /m);
  expect(await readWhole(out)).toBe(2);
});
