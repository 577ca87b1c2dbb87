import type { SiteModel } from '../../protocol/query-worker.ts';
import { formatBytes } from '../common/format.ts';

const list = (words: readonly string[]) => new Intl.ListFormat('en').format(words);

/** What it is for, in a sentence. */
export function purposeOf({ for: purpose, can }: Pick<SiteModel, 'for' | 'can'>): string {
  if (purpose === null) return can;
  return `For ${purpose}.`;
}

export function languagesOf({ languages }: Pick<SiteModel, 'languages'>): string {
  return languages.length === 0 ? 'Not known' : list(languages);
}

/** The licence in its own words, and what it means for work that is paid. */
export function licenceOf({ licence, commercial }: Pick<SiteModel, 'licence' | 'commercial'>): string {
  const name = licence ?? 'Not stated';
  if (commercial === null) return name;
  return `${name}. ${commercial ? 'Commercial use is allowed' : 'No commercial use'}`;
}

/** What somebody measured, and who. */
export function qualityOf({ quality }: Pick<SiteModel, 'quality'>): readonly string[] {
  return quality.map(({ measure, value, source }) => `${measure}: ${value} (${source})`);
}

/** What has to be downloaded: `63 MB`, or that nothing has to be. */
export function downloadOf({ bytes, missing }: { readonly bytes: number; readonly missing: number }): string {
  if (missing === 0) return `Nothing: all ${formatBytes(bytes)} are here`;
  return missing === bytes ? formatBytes(bytes) : `${formatBytes(missing)}, the rest of ${formatBytes(bytes)}`;
}
