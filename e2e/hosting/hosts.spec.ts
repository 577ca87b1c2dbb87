import type { Page } from '@playwright/test';
import type { HostId } from '../../scripts/package/hosts.ts';
import { HOST } from '../../scripts/package/hosts.ts';
import { type Packaged, packageSite } from '../../scripts/package/package-site.ts';
import type { Behaviour } from '../../scripts/serve/emulated/emulated-host.ts';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';
import { SITE, serveHost } from '../sites.ts';

/** What hosts do that a site notices; docs/hosting.md names the sources. */
const BEHAVIOUR: Readonly<Record<HostId, Behaviour>> = {
  // Below a path, without headers of ours, with short caching of everything.
  'github-pages': { path: '/repo/', compresses: HOST['github-pages'].compresses, ranges: true },
  cloudflare: {
    headersFile: '_headers',
    maxFileBytes: 25 * 2 ** 20,
    compresses: HOST.cloudflare.compresses,
    cacheControl: 'public, max-age=0, must-revalidate',
    appForMissing: true,
    hidesIndex: true,
  },
  netlify: { headersFile: '_headers', compresses: HOST.netlify.compresses, cacheControl: 'public, max-age=0' },
  vercel: {
    headersFile: 'vercel.json',
    compresses: HOST.vercel.compresses,
    cacheControl: 'public, max-age=0',
    ranges: true,
  },
  huggingface: { headersFile: 'README.md', ranges: true, cacheControl: 'no-cache' },
  // A server at its worst: all is kept for ever, nothing compressed, no ranges.
  plain: { path: '/pictures/', cacheControl: 'public, max-age=31536000, immutable' },
};

async function upload(host: HostId, out: string, behaviour: Behaviour = BEHAVIOUR[host]) {
  const packaged = await packageSite({ site: SITE, out, host, base: './' });
  const served = await serveHost(out, behaviour);
  return { packaged, served, address: `${served.origin}${behaviour.path ?? '/'}` };
}

/** A slow machine may take longer than the page waits for isolation at a first visit. */
async function waitForIsolation(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const wait = globalThis.setTimeout;
    const patiently = (work: () => void, ms = 0) => wait(work, ms === 4000 ? 100_000 : ms);
    globalThis.setTimeout = patiently as typeof setTimeout;
  });
}

async function kept(app: AppPage): Promise<void> {
  await app.openStatus();
  await expect(app.fact('App')).toHaveText('Kept');
  await expect(app.fact('Model, index')).toHaveText('Kept');
  await app.closeStatus();
}

for (const host of Object.keys(BEHAVIOUR) as HostId[]) {
  test(`on ${HOST[host].title}: search, isolation, a visit without a network`, async ({ app, guard, page }, info) => {
    const { packaged, served, address } = await upload(host, info.outputPath('upload'));
    guard.allow(served.origin);
    await waitForIsolation(page);
    await page.goto(`${address}?q=guitar`, { waitUntil: 'commit' });
    await app.answered('guitar');
    expect((await app.top(1))[0]).toBe('guitar');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await kept(app);
    expectAsForetold(packaged, served.asked);

    await served.stop();
    // Pictures are kept after the rest, and are not what is waited for here.
    guard.expect(/ERR_CONNECTION_REFUSED|Failed to fetch/, /ERR_(FAILED|CONNECTION_RESET).*\/(thumbs|previews)\//);
    await page.reload();
    await app.answered('guitar');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await app.at(1).click();
    await expect(app.detail.getByRole('heading', { name: 'guitar', exact: true })).toBeVisible();
  });
}

/** The report named what was downloaded, and nothing that was not. */
function expectAsForetold({ visit }: Packaged, asked: readonly { path: string; status: number }[]): void {
  const foretold = new Set(
    [...visit.wasm.first, ...visit.wasm.later].flatMap(({ files }) => files.map(({ path }) => path)),
  );
  const loaded = new Set(asked.filter(({ status }) => status === 200).map(({ path }) => path || 'index.html'));
  const isPicture = (path: string) => /\/(thumbs|previews)\//.test(path);
  const unforetold = [...loaded].filter((path) => !foretold.has(path));
  expect(unforetold, 'downloads that the report does not name').toEqual([]);
  const before = visit.wasm.first
    .flatMap(({ files }) => files.map(({ path }) => path))
    .filter((path) => !isPicture(path));
  expect(
    before.filter((path) => !loaded.has(path)),
    'files of the report that were not downloaded',
  ).toEqual([]);
}

test('over a slow line with a cold cache, nothing is downloaded twice', async ({ app, guard, page }, info) => {
  const slow = { ...BEHAVIOUR.cloudflare, bytesPerSecond: 2_000_000, latencyMs: 40 };
  const { served, address } = await upload('cloudflare', info.outputPath('upload'), slow);
  guard.allow(served.origin);
  await page.goto(`${address}?q=guitar`);
  await expect(page.getByText(/%|MB/).first()).toBeVisible();
  await app.answered('guitar');
  await kept(app);
  const data = served.asked.filter(({ path, sent }) => sent > 50_000 && /\.(wasm|onnx|bin|part|gz|xz)$/.test(path));
  expect(data.length).toBeGreaterThan(3);
  const twice = data.map(({ path }) => path).filter((path, i, all) => all.indexOf(path) !== i);
  expect(twice).toEqual([]);
});
