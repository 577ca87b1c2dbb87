import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Headers for the paths that match, as a host reads them from a file of the folder that was uploaded. */
export interface HeaderRule {
  readonly path: RegExp;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export type HeadersFile = '_headers' | 'vercel.json' | 'README.md';

/** Of Cloudflare Pages: https://developers.cloudflare.com/pages/platform/limits/#headers */
const MAX_RULES = 100;
const MAX_LINE = 2_000;

/** The rules of a headers file; none where the host reads no such file. @throws Error for what a host would not take */
export async function readHeaderRules(folder: string, file: HeadersFile | undefined): Promise<readonly HeaderRule[]> {
  if (file === undefined) return [];
  const text = await readFile(join(folder, file), 'utf8');
  if (file === '_headers') return parseHeadersFile(text);
  return file === 'vercel.json' ? parseVercel(text) : parseSpaceCard(text);
}

/** What a path is answered with: where rules name a header twice, both values, as Cloudflare Pages and Netlify do it. */
export function headersOf(rules: readonly HeaderRule[], path: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { headers } of rules.filter((rule) => rule.path.test(path))) {
    for (const [name, value] of headers) {
      const key = name.toLowerCase();
      found.set(key, found.has(key) ? `${found.get(key)}, ${value}` : value);
    }
  }
  return found;
}

/** https://developers.cloudflare.com/pages/configuration/headers/ and https://docs.netlify.com/routing/headers/ */
function parseHeadersFile(text: string): readonly HeaderRule[] {
  const rules: { path: RegExp; headers: [string, string][] }[] = [];
  for (const line of text.split('\n')) {
    if (line.length > MAX_LINE) throw new Error(`A line of _headers has more than ${MAX_LINE} characters.`);
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, value] = /^\s+([\w-]+):\s*(.+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) rules.push({ path: patternOf(line.trim()), headers: [] });
    else rules.at(-1)?.headers.push([name, value]);
  }
  if (rules.length > MAX_RULES) throw new Error(`_headers has more than ${MAX_RULES} rules.`);
  return rules;
}

/** `*` is anything, once; `:name` one part of a path. */
function patternOf(pattern: string): RegExp {
  if (!pattern.startsWith('/')) throw new Error(`_headers has a rule for "${pattern}", which is no path.`);
  if (pattern.split('*').length > 2) throw new Error(`_headers has a rule with two asterisks: ${pattern}`);
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace('*', '.*')
    .replace(/:\w+/g, '[^/]+');
  return new RegExp(`^${source}$`);
}

interface VercelConfiguration {
  readonly headers: readonly {
    readonly source: string;
    readonly headers: readonly { readonly key: string; readonly value: string }[];
  }[];
}

/** https://vercel.com/docs/project-configuration/vercel-json#headers: patterns of path-to-regexp. */
function parseVercel(text: string): readonly HeaderRule[] {
  const { headers } = JSON.parse(text) as VercelConfiguration;
  return headers.map((rule) => ({
    path: new RegExp(`^${rule.source.replace(/(\([^)]*\)|\\.)|[.+?^${}[\]|]/g, (all, kept) => kept ?? `\\${all}`)}$`),
    headers: rule.headers.map(({ key, value }) => [key, value] as const),
  }));
}

/** https://huggingface.co/docs/hub/spaces-config-reference: two headers are allowed. */
function parseSpaceCard(text: string): readonly HeaderRule[] {
  const head = /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1];
  if (head === undefined) throw new Error('README.md does not begin with the settings of a Space.');
  if (!/^sdk: static$/m.test(head)) throw new Error('README.md is not of a static Space.');
  const block = /^custom_headers:\n((?: {2}.*\n?)*)/m.exec(head)?.[1] ?? '';
  const headers = block
    .trim()
    .split('\n')
    .map((line) => line.trim().split(': ') as [string, string]);
  for (const [name] of headers) {
    if (!/^cross-origin-(opener|embedder)-policy$/i.test(name))
      throw new Error(`A Space does not take the header ${name}.`);
  }
  return [{ path: /^/, headers }];
}
