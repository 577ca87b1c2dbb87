import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageSite } from '../../package/package-site.ts';
import { CODE, writeFiles, writeSite } from '../../package/testing-site.ts';
import { type Behaviour, emulateHost } from './emulated-host.ts';

let work = '';
let site = '';
let out = '';

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'afterimage-host-'));
  site = join(work, 'site');
  out = join(work, 'out');
  await writeSite(site);
});
afterEach(() => rm(work, { recursive: true, force: true }));

describe('an emulated host', () => {
  let stop = async () => {};
  afterEach(() => stop());

  async function serve(behaviour: Behaviour) {
    await packageSite({ site, out, host: 'cloudflare', base: './' });
    const emulated = await emulateHost(out, behaviour);
    await new Promise<void>((resolve) => emulated.server.listen(0, '127.0.0.1', resolve));
    stop = async () => void emulated.server.close();
    const { port } = emulated.server.address() as { port: number };
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers, redirect: 'manual' });
    return { emulated, get };
  }

  it('serves below its path, with the headers of the folder', async () => {
    const { get, emulated } = await serve({ path: '/repo/', cacheControl: 'max-age=600' });
    expect(await (await get('/repo/assets/page-a1.js')).text()).toBe(CODE);
    expect((await get('/assets/page-a1.js')).status).toBe(404);
    expect((await get('/repo/')).headers.get('cache-control')).toBe('max-age=600');
    expect(emulated.asked.map(({ path, status }) => [path, status])).toEqual([
      ['assets/page-a1.js', 200],
      ['/assets/page-a1.js', 404],
      ['', 200],
    ]);
  });

  it('compresses, which changes the length, and knows what a browser has', async () => {
    const { get, emulated } = await serve({ compresses: /\.js$/, headersFile: '_headers' });
    const response = await get('/assets/page-a1.js', { 'accept-encoding': 'gzip' });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(await response.text()).toBe(CODE);
    expect(emulated.asked[0]?.sent).toBeLessThan(CODE.length / 10);
    const etag = response.headers.get('etag') ?? '';
    expect((await get('/assets/page-a1.js', { 'if-none-match': etag })).status).toBe(304);
  });

  it('says of compressed files that a browser has to unpack them', async () => {
    const { get } = await serve({ encodesGz: true });
    await writeFiles(out, { 'data.bin.gz': gzipSync('data') });
    expect(await (await get('/data.bin.gz')).text()).toBe('data');
  });

  it('gives ranges, or the whole', async () => {
    const range = { range: 'bytes=0-5' };
    const knows = await serve({ ranges: true });
    expect(await (await knows.get('/assets/page-a1.js', range)).text()).toBe('export');
    await stop();
    const knowsNot = await serve({});
    const whole = await knowsNot.get('/assets/page-a1.js', range);
    expect([whole.status, (await whole.text()).length]).toEqual([200, CODE.length]);
  });

  it('gives the app for what is missing only where there is no page for it', async () => {
    const { get } = await serve({ appForMissing: true, hidesIndex: true });
    expect((await get('/gone.js')).status).toBe(404);
    expect((await get('/index.html')).status).toBe(308);
    await rm(join(out, '404.html'));
    const app = await get('/gone.js');
    expect([app.status, app.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('refuses files that are too large, and replaces a site as a whole at the moment that is asked for', async () => {
    const { emulated, get } = await serve({ maxFileBytes: 25 * 2 ** 20 });
    const next = join(work, 'next');
    await writeFiles(next, { 'index.html': 'newer', 'large.bin': new Uint8Array(26 * 2 ** 20) });
    await expect(emulated.deploy(next)).rejects.toThrow('large.bin');
    await rm(join(next, 'large.bin'));
    emulated.before('boot.js', () => emulated.deploy(next));
    expect(await (await get('/')).text()).toContain('boot.js');
    expect((await get('/boot.js')).status).toBe(404);
    expect(await (await get('/')).text()).toBe('newer');
  });

  it('takes its time on a slow line', async () => {
    const { get } = await serve({ bytesPerSecond: 20_000, latencyMs: 10 });
    const from = performance.now();
    await (await get('/assets/page-a1.js')).text();
    expect(performance.now() - from).toBeGreaterThan(200);
  });
});
