/**
 * What hosts of static files take, send and compress, as far as they say so. `docs/hosting.md` names where each of it was
 * read; what could not be found is left out here.
 */

export const HOSTS = ['github-pages', 'cloudflare', 'netlify', 'vercel', 'huggingface', 'plain'] as const;
export type HostId = (typeof HOSTS)[number];

/** The most that a host takes: bytes of a file, files of the site, entries of a folder, bytes of the site. */
export interface Limit {
  readonly of: 'file' | 'files' | 'folder' | 'site';
  readonly most: number;
  /** Whether nothing beyond it is published. Else it depends on the plan, or is a recommendation. */
  readonly strict: boolean;
  /** Whose limit it is, as a sentence goes on after "too many". */
  readonly by: string;
}

export interface Host {
  readonly title: string;
  readonly limits: readonly Limit[];
  /** Names of files that it compresses as it sends them. */
  readonly compresses: RegExp;
  /** Whether the folder that is uploaded is the root of a domain: a site below `/x/` then lies in its folder `x`. */
  readonly isRoot: boolean;
  /** Whether a file `404.html` answers for what is not there. */
  readonly has404: boolean;
}

const MIB = 1024 * 1024;
const TEXT = /\.(html|css|js|json|svg|txt|xml|webmanifest)$/;
const TEXT_AND_WASM = /\.(html|css|js|json|svg|txt|xml|webmanifest|wasm)$/;
const NOTHING = /^$/;

export const HOST: Readonly<Record<HostId, Host>> = {
  'github-pages': {
    title: 'GitHub Pages',
    limits: [
      { of: 'site', most: 1_000_000_000, strict: true, by: 'GitHub Pages publishes sites of up to 1 GB' },
      { of: 'file', most: 100 * MIB, strict: false, by: 'Git on GitHub takes files of up to 100 MiB' },
    ],
    compresses: TEXT_AND_WASM,
    isRoot: false,
    has404: true,
  },
  cloudflare: {
    title: 'Cloudflare Pages',
    limits: [
      { of: 'file', most: 25 * MIB, strict: true, by: 'Cloudflare Pages takes files of up to 25 MiB' },
      { of: 'files', most: 100_000, strict: true, by: 'Cloudflare Pages takes up to 100,000 files' },
      { of: 'files', most: 20_000, strict: false, by: 'the free plan of Cloudflare Pages takes up to 20,000 files' },
    ],
    compresses: TEXT_AND_WASM,
    isRoot: true,
    has404: true,
  },
  netlify: {
    title: 'Netlify',
    limits: [{ of: 'folder', most: 54_000, strict: true, by: 'Netlify takes up to 54,000 files in a folder' }],
    compresses: TEXT,
    isRoot: true,
    has404: true,
  },
  vercel: {
    title: 'Vercel',
    limits: [
      { of: 'site', most: 1_000_000_000, strict: true, by: 'Vercel takes uploads of up to 1 GB' },
      { of: 'site', most: 100_000_000, strict: false, by: 'the Hobby plan of Vercel takes uploads of up to 100 MB' },
    ],
    compresses: TEXT_AND_WASM,
    isRoot: true,
    has404: true,
  },
  huggingface: {
    title: 'a Hugging Face static Space',
    limits: [
      { of: 'folder', most: 10_000, strict: true, by: 'Hugging Face takes up to 10,000 entries in a folder' },
      { of: 'files', most: 100_000, strict: false, by: 'Hugging Face recommends fewer than 100,000 files' },
      { of: 'site', most: 1_000_000_000, strict: false, by: 'Spaces of over 1 GB have been refused' },
    ],
    compresses: NOTHING,
    isRoot: false,
    has404: false,
  },
  plain: { title: 'a server of your own', limits: [], compresses: NOTHING, isRoot: false, has404: false },
};
