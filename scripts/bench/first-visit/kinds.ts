/** What a first visit downloads, in the order of a table. */
export const KINDS = ['document', 'script', 'runtime', 'model', 'index', 'pictures'] as const;
export type Kind = (typeof KINDS)[number];

/** Which of them a path of the site is. */
export function kindOf(path: string): Kind {
  if (/\/(thumbs|previews)\//.test(path)) return 'pictures';
  if (path.includes('/models/')) return 'model';
  if (path.includes('/collections/')) return 'index';
  if (/\.m?js$/.test(path)) return 'script';
  if (/\.wasm(\.\w+)?$/.test(path)) return 'runtime';
  return 'document';
}
