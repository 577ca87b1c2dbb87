import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import { parseModelList } from '../../src/engine/model/model-list.ts';
import { SECURITY_HEADERS } from '../../src/site/headers.ts';
import { listModels } from '../models/list-models.ts';
import { packageModels } from '../models/package-models.ts';
import { addReranker } from '../models/rerankers/add-reranker.ts';
import { ROOT_FOLDER } from '../repository/folders.ts';
import { headersOf, readHeaderRules } from '../serve/emulated/header-rules.ts';
import { packCollections } from '../site/pack-collections.ts';
import { checkLimits } from './check-limits.ts';
import { HOSTS, type HostId } from './hosts.ts';
import { type PackageOptions, packageSite } from './package-site.ts';
import { visitTable } from './report.ts';
import { CODE, textOf, writeFiles, writeModel, writeSite } from './testing-site.ts';
import { transfers } from './transfer.ts';

let work = '';
let site = '';
let out = '';

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-package-'));
  site = join(work, 'site');
  out = join(work, 'out');
  await writeSite(site);
});
afterEach(() => rm(work, { recursive: true, force: true }));

const pack = (options: Partial<PackageOptions> = {}) =>
  packageSite({ site, out, host: 'plain', base: './', ...options });

/** What a first visit gets until its first answer. */
async function sentBy(host: HostId, precompressed = false) {
  const { visit } = await pack({ host });
  return transfers(site, host, visit.wasm.first, precompressed);
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    )
    .sort();
}

describe('the folder', () => {
  it('holds what visitors need and nothing else', async () => {
    await writeModel(site, 'unused');
    await writeFiles(site, { 'collections/not-listed/manifest.json': '{}', 'collections/.partial/half.bin': '' });
    const { files, leftOut } = await pack();
    const there = await filesOf(out);
    expect(files.map(({ path }) => path).sort()).toEqual(there.filter((path) => path !== 'build.json'));
    expect(there).toEqual(
      expect.arrayContaining([
        'index.html',
        'sw.js',
        `models/${DEFAULT_MODEL}/MODEL.md`,
        'collections/hnsw/manifest.json',
      ]),
    );
    expect(there.filter((path) => /_headers|screenshot|\.map$|unused|not-listed|partial/.test(path))).toEqual([]);
    expect(leftOut.map(({ what }) => what).sort()).toEqual([
      '_headers',
      'build.json',
      'collections/.partial/half.bin',
      'collections/not-listed',
      'models/unused',
      'screenshot.png',
      'source maps',
    ]);
    expect(leftOut.find(({ what }) => what === 'models/unused')?.bytes).toBeGreaterThan(100);
  });

  it('holds a model that is asked for, lists what it holds, and says which is not there', async () => {
    await writeModel(site, 'unused');
    await listModels(join(site, 'models'));
    const listed = async () => parseModelList(await textOf(out, 'models/index.json')).models.map(({ id }) => id);
    await pack();
    expect(await listed()).toEqual([DEFAULT_MODEL]);
    await pack({ models: ['unused'] });
    expect(await listed()).toEqual([DEFAULT_MODEL, 'unused']);
    await expect(pack({ models: ['gone'] })).rejects.toMatchObject({ code: 'model-not-found' });
  });

  it('holds the rerankers that the list names, verified', async () => {
    const folder = join(ROOT_FOLDER, 'src/platform/rerankers/fixtures/random-blip-itm');
    await addReranker({ folder, modelsFolder: join(work, 'added'), id: 'again' });
    await packageModels(join(work, 'added'), join(site, 'models'));
    const named = async () => {
      await pack();
      return (await filesOf(out)).filter((path) => path.startsWith('models/again/'));
    };
    expect(await named()).toEqual([]);
    const list = JSON.parse(await textOf(site, 'collections/index.json')) as object;
    await writeFiles(site, { 'collections/index.json': JSON.stringify({ ...list, rerankers: ['again'] }) });
    expect(await named()).toEqual(
      expect.arrayContaining(['models/again/reranker.json', 'models/again/onnx/model.onnx']),
    );
    await writeFile(join(site, 'models/again/onnx/model.onnx'), 'damaged');
    await expect(pack()).rejects.toMatchObject({ code: 'part-corrupt' });
  });

  it('is replaced, but nothing else ever is', async () => {
    await pack({ host: 'cloudflare' });
    await pack({ host: 'vercel' });
    expect(await readdir(out)).not.toContain('_headers');
    await mkdir(join(work, 'theirs'));
    await writeFile(join(work, 'theirs/thesis.txt'), '');
    await expect(pack({ out: join(work, 'theirs') })).rejects.toMatchObject({ code: 'usage' });
    expect(await readdir(join(work, 'theirs'))).toEqual(['thesis.txt']);
  });

  it.each([
    ['collections/hnsw/items-', 'part-corrupt'],
    [`models/${DEFAULT_MODEL}/onnx/text_model.onnx.second`, 'part-corrupt'],
  ])('is not written from a site in which %s is damaged', async (begin, code) => {
    const path = (await filesOf(site)).find((one) => one.startsWith(begin)) as string;
    await writeFile(join(site, path), 'damaged');
    await expect(pack()).rejects.toMatchObject({ code, message: expect.stringContaining(path) });
    await rm(join(site, path));
    await expect(pack()).rejects.toMatchObject({ code: 'part-missing' });
    expect(await readdir(work)).toEqual(['site']);
  });

  it.each(['.', 'below', '..'])('is not written over the site that it is made of: %s', async (place) => {
    await expect(pack({ out: join(site, place) })).rejects.toMatchObject({ code: 'usage' });
    expect(await textOf(site, 'boot.js')).toBe('1');
  });

  it.each([
    ['a site that is not finished', { 'build.json': '{"fingerprint":"","base":"./","data":true}' }],
    ['a site that was built for another path', { 'build.json': '{"fingerprint":"f","base":"/x/","data":true}' }],
  ])('is not written from %s', async (_what, files) => {
    await writeFiles(site, files);
    await expect(pack({ base: '/y/' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('lies in a folder of its own where the host is the root of a domain and the site is not', async () => {
    await pack({ host: 'netlify', base: '/pictures/' });
    expect((await readdir(out)).sort()).toEqual(['404.html', '_headers', 'build.json', 'pictures']);
    expect(await textOf(out, '404.html')).toMatch(/href="\/pictures\/assets\/page-b2\.css"[\s\S]*href="\/pictures\/"/);
    await pack({ host: 'cloudflare' });
    expect(await textOf(out, '404.html')).toMatch(/href="\/assets\/page-b2\.css"[\s\S]*href="\/"/);
    await pack({ host: 'github-pages' });
    expect(await textOf(out, '404.html')).not.toContain('href');
    await pack({ host: 'github-pages', base: '/pictures/' });
    expect(await readdir(out)).toEqual(expect.arrayContaining(['.nojekyll', '404.html', 'index.html']));
  });
});

describe('precompressed files', () => {
  it('hold the same, and only what shrinks has them', async () => {
    const { files } = await pack({ precompressed: true });
    const path = join(out, 'assets/page-a1.js');
    expect(gunzipSync(await readFile(`${path}.gz`)).toString()).toBe(CODE);
    expect(brotliDecompressSync(await readFile(`${path}.br`)).toString()).toBe(CODE);
    const small = files.filter((file) => /\.(gz|br)$/.test(file.path)).map((file) => file.path);
    expect(small).toContain('assets/page-a1.js.gz');
    expect(small.filter((one) => /boot|\.webp/.test(one))).toEqual([]);
  });

  it('are what a visit is counted with', async () => {
    const sent = async (precompressed: boolean) =>
      (await sentBy('plain', precompressed)).find(({ kind }) => kind === 'search code')?.sent ?? 0;
    expect(await sent(true)).toBeLessThan((await sent(false)) / 10);
  });
});

describe('the headers file', () => {
  const isolated = Object.fromEntries(
    Object.entries(SECURITY_HEADERS).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const files = { cloudflare: '_headers', netlify: '_headers', vercel: 'vercel.json' } as const;

  describe.each(Object.entries(files) as [HostId, '_headers' | 'vercel.json'][])('of %s', (host, file) => {
    it.each(['./', '/pictures/'])('isolates all of a site below %s and lets named files be kept', async (base) => {
      await pack({ host, base });
      const rules = await readHeaderRules(out, file);
      const root = base === './' ? '/' : base;
      const of = (path: string) => Object.fromEntries(headersOf(rules, root + path));
      for (const path of ['', 'index.html', 'sw.js', 'models/m/onnx/text_model.onnx', 'collections/x/manifest.json']) {
        expect(of(path), path).toEqual(isolated);
      }
      for (const path of ['assets/page-a1.js', 'collections/x/thumbs/ab/c.webp', 'collections/x/vectors-01.bin']) {
        expect(of(path), path).toEqual({ ...isolated, 'cache-control': 'public, max-age=31536000, immutable' });
      }
      if (base !== './') expect(headersOf(rules, '/elsewhere').size).toBe(0);
    });
  });

  it('of a Space sends the two headers that it may', async () => {
    await pack({ host: 'huggingface' });
    const rules = await readHeaderRules(out, 'README.md');
    expect(Object.fromEntries(headersOf(rules, '/sw.js'))).toEqual({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
  });
});

describe('the limits of a host', () => {
  const MIB = 2 ** 20;
  const many = (count: number, bytes: number) =>
    Array.from({ length: count }, (_, i) => ({ path: `collections/x/thumbs/${i % 200}/${i}.webp`, bytes }));
  const large = [{ path: 'collections/x/previews/ab/a.jpg', bytes: 26 * MIB }];

  it.each([
    ['cloudflare', large, /previews\/ab\/a\.jpg \(27\.3 MB\) is large; Cloudflare Pages takes files of up to 25 MiB/],
    ['cloudflare', many(100_001, 1), /100,001 files; Cloudflare Pages takes up to 100,000/],
    ['github-pages', many(6, 199 * MIB), /1252\.0 MB; GitHub Pages publishes sites of up to 1 GB/],
    [
      'netlify',
      Array.from({ length: 54_001 }, (_, i) => ({ path: `a/${i}`, bytes: 1 })),
      /folder a has 54,001 entries/,
    ],
  ] as const)('%s refuses what is too large', (host, files, message) => {
    expect(() => checkLimits(host, files)).toThrow(
      expect.objectContaining({ code: 'host-limit', message: expect.stringMatching(message) }),
    );
  });

  it.each([
    ['cloudflare', many(20_001, 1), /free plan of Cloudflare Pages/],
    ['vercel', many(6, 19 * MIB), /Hobby plan of Vercel/],
    ['huggingface', many(60, 19 * MIB), /Spaces of over 1 GB/],
    ['plain', large, /a\.jpg \(27\.3 MB\) is large; some hosts refuse that/],
    ['netlify', large, /some hosts refuse that/],
  ] as const)('on %s, what only some take is said', (host, files, message) => {
    expect(checkLimits(host, files)).toEqual([expect.stringMatching(message)]);
  });

  it.each(HOSTS)('%s takes a small site without a word', (host) => {
    expect(checkLimits(host, many(500, 1000))).toEqual([]);
  });
});

describe('what a first visit downloads', () => {
  it('is listed by kind, for the device', async () => {
    const { visit } = await pack({ host: 'cloudflare' });
    const files = (downloads: typeof visit.wasm.first) =>
      Object.fromEntries(downloads.map((one) => [one.kind, one.about ?? one.files.length]));
    // The first collection has a graph: list, manifest, items, vectors and graph.
    expect(files(visit.wasm.first)).toEqual({
      page: 5,
      'search code': 3,
      runtime: 1,
      model: 6,
      collection: 5,
      'pictures on the screen': 8,
    });
    expect(files(visit.wasm.later)).toEqual({ 'rest of the app': 2, 'other pictures': 1 });
    expect(visit.webgpu.first[2]?.files.map(({ path }) => path)).toEqual(['assets/onnxruntime-webgpu-0.wasm']);
  });

  it('is the packed form of what has one, with what unpacks it', async () => {
    await writeFiles(site, {
      'assets/query.worker-d4.js': 'import("./xz-decompress-g7.js");import("./hnswlib-31-h8.js")',
      'assets/xz-decompress-g7.js': CODE,
      'assets/xz-decompress-of_another.js': CODE,
      'assets/hnswlib-31-h8.js': CODE,
      'assets/onnxruntime-wasm-0.wasm.xz': 'xz',
    });
    await packCollections(join(site, 'collections'));
    const { visit } = await pack();
    const of = (kind: string) => visit.wasm.first.find((one) => one.kind === kind)?.files.map(({ path }) => path) ?? [];
    expect(of('runtime')).toEqual(['assets/onnxruntime-wasm-0.wasm.xz']);
    expect(of('search code')).toEqual(
      expect.arrayContaining(['assets/xz-decompress-g7.js', 'assets/hnswlib-31-h8.js', 'assets/query.worker-d4.js']),
    );
    expect(of('search code')).not.toContain('assets/xz-decompress-of_another.js');
    const items = of('collection').filter((path) => path.includes('/items-'));
    expect(items).toEqual([expect.stringMatching(/\.bin(\.gz)?$/)]);
    expect(visit.wasm.later.map(({ kind }) => kind)).not.toContain('rest of the collection');
  });

  it('of a collection with codes is these and what says where the rest lies', async () => {
    const list = JSON.parse(await textOf(site, 'collections/index.json')) as { collections: { name: string }[] };
    const collections = list.collections.filter(({ name }) => name === 'codes');
    await writeFiles(site, { 'collections/index.json': JSON.stringify({ ...list, collections }) });
    const { visit } = await pack();
    expect(visit.wasm.first.find(({ kind }) => kind === 'collection')?.files).toHaveLength(4);
    expect(visit.wasm.later.find(({ kind }) => kind === 'rest of the collection')?.files).toHaveLength(3);
  });

  it('is counted as the host sends it', async () => {
    const page = async (host: HostId) => (await sentBy(host))[0];
    const [github, space] = [await page('github-pages'), await page('huggingface')];
    expect(github?.bytes).toBe(space?.bytes);
    expect(space?.sent).toBe(space?.bytes);
    expect(github?.sent).toBeLessThan((space?.sent ?? 0) / 4);
  });

  it('is shown as a table whose columns stand below each other', () => {
    const row = { kind: 'page', files: 1234, bytes: 5_000_000, sent: 1_000_000, about: false };
    const table = visitTable([row, { ...row, kind: 'pictures', about: true }], [{ ...row, kind: 'rest' }]);
    const lines = table.split('\n');
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[2]).toMatch(/^pictures +about 1,234 +5,000 +1,000$/);
    expect(lines[3]).toMatch(/^until the first answer +2,468 +10,000 +2,000$/);
    expect(lines[5]).toMatch(/^with all that is kept +3,702 +15,000 +3,000$/);
  });
});
