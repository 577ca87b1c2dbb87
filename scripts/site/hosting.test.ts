import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CONTENT_SECURITY_POLICY,
  contentSecurityPolicy,
  IMMUTABLE_PATH,
  META_CONTENT_SECURITY_POLICY,
  metaContentSecurityPolicy,
} from '../../src/site/headers.ts';
import { fingerprint, installedVersion } from '../repository/repository.ts';
import { findPort } from '../serve/find-port.ts';
import { checkPage, checkPolicy } from './check-site.ts';
import { hostHeaders } from './host-headers.ts';
import { packageFolder } from './licences.ts';
import { withOpenGraph } from './origin/open-graph.ts';
import { openSearchDescription } from './origin/open-search.ts';

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

describe('the policy', () => {
  it('lets in nothing from elsewhere and no code from strings', () => {
    expect(checkPolicy(CONTENT_SECURITY_POLICY)).toEqual([]);
    expect(CONTENT_SECURITY_POLICY).toContain("frame-ancestors 'none'");
  });

  it.each([
    "default-src 'none'; script-src 'self' 'unsafe-eval'",
    "default-src 'none'; style-src 'unsafe-inline'",
    "default-src 'none'; connect-src *",
    "default-src 'none'; img-src https:",
    "default-src 'self'",
  ])('finds the hole in %s', (policy) => {
    expect(checkPolicy(policy)).toHaveLength(1);
  });
});

describe('the policy of a site whose collections a server searches', () => {
  const remotes = ['https://search.example', 'http://localhost:8000'];

  it('names these origins for connections, and for nothing else', () => {
    const [plain, named] = [META_CONTENT_SECURITY_POLICY, metaContentSecurityPolicy(remotes)].map((one) =>
      one.split('; '),
    );
    const added = named?.filter((directive) => !plain?.includes(directive));
    expect(added).toEqual(["connect-src 'self' https://search.example http://localhost:8000"]);
    expect(named).toHaveLength(plain?.length ?? 0);
    expect(checkPolicy(contentSecurityPolicy(remotes))).toEqual([]);
    expect(metaContentSecurityPolicy([])).toBe(META_CONTENT_SECURITY_POLICY);
  });

  it('is the one that the page and the host have', () => {
    const page = `<meta http-equiv="Content-Security-Policy" content="${metaContentSecurityPolicy(remotes)}">`;
    expect(checkPage(page, remotes)).toEqual([]);
    expect(checkPage(page)).toEqual(['index.html has not the policy.']);
    expect(hostHeaders('./', remotes)).toContain(`  Content-Security-Policy: ${contentSecurityPolicy(remotes)}\n`);
  });
});

describe('checkPage', () => {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${META_CONTENT_SECURITY_POLICY}">`;

  it('accepts a page whose scripts and styles are files', () => {
    const page = `${meta}<script type="module" src="./a.js"></script><link href="./a.css"><!-- <style> -->`;
    expect(checkPage(page)).toEqual([]);
    expect(checkPage(page.replaceAll("'", '&#39;'))).toEqual([]);
  });

  it.each([
    '<script>alert(1)</script>',
    '<style>p{}</style>',
    '<p style="color:red">',
    '<body onload="x()">',
    '<script src="https://cdn.example/x.js"></script>',
    '<link href="//cdn.example/x.css">',
  ])('finds %s', (hole) => {
    expect(checkPage(meta + hole)).toHaveLength(1);
  });

  it('misses a missing policy', () => {
    expect(checkPage('<p>')).toHaveLength(1);
  });
});

it('writes headers for hosts below the base', () => {
  expect(hostHeaders('./')).toMatch(/^\/\*\n {2}Cross-Origin-Opener-Policy: same-origin\n/);
  expect(hostHeaders('./')).toContain('/collections/:name/*.bin\n  Cache-Control: public');
  expect(hostHeaders('/repo/')).toContain('/repo/assets/*\n  Cache-Control: public, max-age=31536000, immutable');
});

it.each([
  ['assets/index-abc.js', true],
  ['collections/demo/thumbs/ab/abcdef0123456789.webp', true],
  ['collections/demo/vectors-0123456789abcdef.bin', true],
  ['collections/demo/manifest.json', false],
  ['models/mini/model.json', false],
  ['index.html', false],
])('IMMUTABLE_PATH of %s is %s', (path, expected) => {
  expect(IMMUTABLE_PATH.test(path)).toBe(expected);
});

it('writes Open Graph tags whose addresses cannot break out of them', () => {
  const page = withOpenGraph('<head><title>x</title></head>', 'https://a.example/"><script>$&/');
  expect(page).toContain('<meta property="og:url" content="https://a.example/&quot;>&lt;script>$&amp;/" /><meta');
  expect(page).toContain('icons/icon-512.png" />');
  expect(page).not.toContain('<script>');
  expect(page.endsWith('</head>')).toBe(true);
});

it('writes an OpenSearch description whose addresses cannot break out of it', () => {
  expect(openSearchDescription('http://a"><b/')).toContain('template="http://a&quot;&gt;&lt;b/?q={searchTerms}"');
});

it('finds the package of a bundled module', () => {
  expect(packageFolder('/r/node_modules/.pnpm/idb@8/node_modules/idb/build/index.js')).toBe(
    '/r/node_modules/.pnpm/idb@8/node_modules/idb',
  );
  expect(packageFolder('/r/node_modules/@a/b/c.js?url')).toBe('/r/node_modules/@a/b');
  expect(packageFolder('/r/src/main.tsx')).toBeUndefined();
  expect(installedVersion('idb')).toMatch(/^\d+\.\d+\.\d+$/);
});

describe('findPort', () => {
  it('passes over a port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    expect(await findPort(port, '127.0.0.1')).toBeGreaterThan(port);
    taken.close();
  });

  it.skipIf(!hasIPv6)('passes over a port on which localhost is another program', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen({ port: 0, host: '::1' }, resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      for (const host of ['127.0.0.1', '0.0.0.0']) expect(await findPort(port, host)).toBeGreaterThan(port);
    } finally {
      taken.close();
    }
  });

  it.skipIf(!hasIPv6)('takes no slowness of its own for an address that does not answer', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen({ port: 0, host: '::1' }, resolve));
    const { port } = taken.address() as AddressInfo;
    const slow = setInterval(() => {
      for (const end = performance.now() + 700; performance.now() < end; );
    });
    try {
      expect(await findPort(port, '127.0.0.1')).toBeGreaterThan(port);
    } finally {
      clearInterval(slow);
      taken.close();
    }
  });
});

describe('fingerprint', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'afterimage-fingerprint-'));
    await mkdir(join(root, 'src'));
    await mkdir(join(root, 'public/models'), { recursive: true });
    await writeFile(join(root, 'src/a.ts'), '1');
  });
  afterEach(() => rm(root, { recursive: true }));
  const take = () => fingerprint(root, ['src', 'public', 'missing.html']);

  it('changes with the content, the name and the number of files', async () => {
    const seen = new Set([await take()]);
    await writeFile(join(root, 'src/a.ts'), '2');
    seen.add(await take());
    await writeFile(join(root, 'src/b.ts'), '');
    seen.add(await take());
    await rm(join(root, 'src/b.ts'));
    await writeFile(join(root, 'src/c.ts'), '');
    seen.add(await take());
    expect(seen.size).toBe(4);
  });

  it('does not change with data, tests and hidden files', async () => {
    const before = await take();
    await writeFile(join(root, 'public/models/x.onnx'), 'x');
    await writeFile(join(root, 'src/a.test.ts'), 'x');
    await writeFile(join(root, 'src/.hidden'), 'x');
    expect(await take()).toBe(before);
  });
});
