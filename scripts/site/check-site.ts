import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCollectionList } from '../../src/engine/collection/manifest.ts';
import { AfterimageError } from '../../src/engine/errors.ts';
import { contentSecurityPolicy, metaContentSecurityPolicy } from '../../src/site/headers.ts';

/** What Cloudflare Pages takes, the smallest limit of the usual hosts. */
const MAX_FILE_BYTES = 25 * 1024 * 1024;

/**
 * Look a built site over.
 * @param remotes origins beside its own that its policy is to name
 * @returns what a person should know: pictures that are too large for some hosts, nothing to search.
 * @throws AfterimageError `internal` that names everything of ours that would break, or open, the site on a host.
 */
export async function checkSite(folder: string, remotes: readonly string[] = []): Promise<string[]> {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const { own, pictures } = await checkSizes(folder);
  const problems = [...checkPolicy(contentSecurityPolicy(remotes)), ...checkPage(html, remotes), ...own];
  if (problems.length > 0)
    throw new AfterimageError('internal', `The site is not fit to be hosted:\n${problems.join('\n')}`);
  return [...pictures, ...(await checkCollections(folder))];
}

/** What the policy would block, or what would get round it. */
export function checkPage(html: string, remotes: readonly string[] = []): string[] {
  const page = html.replace(/<!--.*?-->/gs, '').replaceAll('&#39;', "'");
  const problems: string[] = [];
  if (!page.includes(`content="${metaContentSecurityPolicy(remotes)}"`))
    problems.push('index.html has not the policy.');
  if (/<script(?![^>]*\ssrc=)/i.test(page)) problems.push('index.html has an inline script.');
  if (/<style|\sstyle=/i.test(page)) problems.push('index.html has an inline style.');
  if (/<[^>]*\son[a-z]+\s*=/i.test(page)) problems.push('index.html has an inline event handler.');
  if (/\s(src|href)=["']?(https?:)?\/\//i.test(page)) problems.push('index.html names another origin.');
  return problems;
}

/** Whether a policy lets in nothing from elsewhere and no code from strings. */
export function checkPolicy(policy: string): string[] {
  const problems = ["'unsafe-inline'", "'unsafe-eval'", '*', 'http:', 'https:'].filter((source) =>
    policy.split(/[\s;]+/).includes(source),
  );
  if (!/^default-src 'none'(;|$)/.test(policy)) problems.push("no default-src 'none'");
  return problems;
}

/** Files that are too large for some hosts; pictures are what a person put there (`--pictures copy`). */
export async function checkSizes(folder: string): Promise<{ own: string[]; pictures: string[] }> {
  const found: { own: string[]; pictures: string[] } = { own: [], pictures: [] };
  for (const name of await readdir(folder, { recursive: true })) {
    const { size } = await stat(join(folder, name));
    if (size <= MAX_FILE_BYTES) continue;
    const isPicture = /^collections[\\/][^\\/]+[\\/](thumbs|previews)[\\/]/.test(name);
    found[isPicture ? 'pictures' : 'own'].push(`${name} has ${size} bytes; Cloudflare Pages takes ${MAX_FILE_BYTES}.`);
  }
  return found;
}

/** What is missing for a search. */
export async function checkCollections(folder: string): Promise<string[]> {
  const list = await readFile(join(folder, 'collections/index.json'), 'utf8').catch(() => undefined);
  if (list !== undefined && parseCollectionList(list).collections.length > 0) return [];
  return ['The site has nothing to search. Make a collection first: pnpm build-demo, or pnpm build-index.'];
}
