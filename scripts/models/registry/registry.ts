/** The models that `pnpm models` knows: data in models.json, best first for what most people want. */
import { readFile } from 'node:fs/promises';
import { env } from 'node:process';
import { AfterimageError } from '../../../src/engine/errors.ts';
import {
  also,
  boolean,
  type Check,
  finite,
  integer,
  list,
  matching,
  modelId,
  nullable,
  object,
  oneOf,
  parseJson,
  relativePath,
  sha256Hex,
  text,
} from '../../../src/engine/formats/check.ts';
import type { Dtype } from '../../../src/engine/model/model.ts';
import { DTYPES } from '../../../src/platform/models/model-files.ts';
import type { Preprocessing } from '../layouts/open-clip.ts';

/** How the files of a model lie at their source; `embedded`: in this repository. */
export const LAYOUTS = ['transformers', 'combined', 'open-clip', 'embedded'] as const;

export interface RegistryFile {
  /** In the repository. */
  readonly path: string;
  /** In the folder that add-model takes, where that is another path. */
  readonly as?: string;
  /** Of another repository than the entry's. */
  readonly repository?: string;
  readonly revision?: string;
  readonly tower?: 'text' | 'vision';
  readonly dtype?: Dtype;
  /** Null: not known. */
  readonly bytes: number | null;
  readonly sha256: string | null;
  /** A repository without it is complete: weights that are beside a graph or in it. */
  readonly optional?: boolean;
}

export interface RegistryEntry {
  readonly id: string;
  /** `reranker`: looks at results again, and gives no vectors. Absent: a model of two towers. */
  readonly kind?: 'reranker';
  /** The script that makes its ONNX files out of the weights, because nobody publishes them. */
  readonly exportedBy?: string;
  readonly title: string;
  /** What it is best for: half a sentence. */
  readonly for: string;
  readonly family: 'clip' | 'siglip' | 'blip-itm';
  readonly layout: (typeof LAYOUTS)[number];
  /** `owner/name` on the Hugging Face hub; of the embedded model, where it is in this repository. */
  readonly repository: string;
  /** A commit; a branch where none could be verified. */
  readonly revision: string;
  /** Whose weights they are. */
  readonly original: string;
  /** 0 where it gives no vectors. */
  readonly dim: number;
  readonly imageSize: number;
  readonly text: {
    /** Tokens at most. */
    readonly length: number;
    /** In words. What is done is what the tower itself shows when it is added. */
    readonly padding: string;
    /** What texts are filled up with, where the tokenizer at the source says another token or none. */
    readonly padToken?: string;
    /** Case does not matter: the tokenizer folds it, or Afterimage does. */
    readonly lowercase: boolean;
  };
  readonly preprocessing: Preprocessing;
  readonly licence: {
    readonly name: string;
    /** Commercial use is allowed. */
    readonly commercial: boolean;
    /** Has to be accepted by name before it is pulled. */
    readonly accept: boolean;
  };
  readonly languages: readonly string[];
  readonly quality: readonly { readonly measure: string; readonly value: string; readonly source: string }[];
  readonly notes: string;
  readonly files: readonly RegistryFile[];
  /** What of this entry nobody has verified. */
  readonly unverified: readonly string[];
}

const FILE = new URL('models.json', import.meta.url);
const HUB = 'https://huggingface.co';

/** The hub, or a mirror of all of it, as Hugging Face's own programs take one from `HF_ENDPOINT`. */
export function hub(): string {
  return (env.HF_ENDPOINT || HUB).replace(/\/+$/, '');
}

const words = text(1, 500);
const repository = matching(/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/, 'owner/name');
const dtype = matching(new RegExp(`^(${DTYPES.join('|')})$`), 'a dtype') as Check<Dtype>;

const file = object<RegistryFile>(
  {
    path: relativePath,
    as: relativePath,
    repository,
    revision: text(1, 100),
    tower: oneOf('text', 'vision'),
    dtype,
    bytes: nullable(integer(1)),
    sha256: nullable(sha256Hex),
    optional: boolean,
  },
  ['as', 'repository', 'revision', 'tower', 'dtype', 'optional'],
);

const entry: Check<RegistryEntry> = also(
  object<RegistryEntry>(
    {
      id: modelId,
      kind: oneOf('reranker'),
      exportedBy: relativePath,
      title: words,
      for: words,
      family: oneOf('clip', 'siglip', 'blip-itm'),
      layout: oneOf(...LAYOUTS),
      repository,
      revision: text(1, 100),
      original: repository,
      dim: integer(0),
      imageSize: integer(1),
      text: object<RegistryEntry['text']>({ length: integer(1), padding: words, padToken: words, lowercase: boolean }, [
        'padToken',
      ]),
      preprocessing: object<Preprocessing>({
        resize: oneOf('shortest', 'squash'),
        interpolation: oneOf('bilinear', 'bicubic'),
        mean: list(finite, 3),
        std: list(finite, 3),
      }),
      licence: object<RegistryEntry['licence']>({ name: words, commercial: boolean, accept: boolean }),
      languages: list(words, 100),
      quality: list(object<RegistryEntry['quality'][number]>({ measure: words, value: words, source: words }), 20),
      notes: text(0, 1000),
      files: list(file, 100),
      unverified: list(words, 20),
    },
    ['kind', 'exportedBy'],
  ),
  ({ files, layout, licence, kind, dim }) => {
    if ((dim === 0) !== (kind === 'reranker')) return 'gives no vectors, or is a reranker that does';
    if (files.length === 0) return 'names no files';
    if (new Set(files.map(placeOf)).size < files.length) return 'names a file twice';
    if (layout === 'embedded') return undefined; // nobody pulls it
    return licence.commercial || licence.accept ? undefined : 'forbids commercial use, but need not be accepted';
  },
);

/** @throws AfterimageError `model-invalid` */
export function parseRegistry(source: string): readonly RegistryEntry[] {
  return parseJson(
    source,
    list(entry, 1000),
    (problem) => new AfterimageError('model-invalid', `The registry of models cannot be used: ${problem}.`),
  );
}

/**
 * @param more a file of the same form: entries of somebody's own, which come first and count where both have an id
 * @throws AfterimageError `model-invalid`, `usage` for a file that cannot be read
 */
export async function readRegistry(more?: string): Promise<readonly RegistryEntry[]> {
  const known = parseRegistry(await readFile(FILE, 'utf8'));
  if (more === undefined) return known;
  const text = await readFile(more, 'utf8').catch((error: Error) => {
    throw new AfterimageError('usage', `The registry ${more} cannot be read (${error.message}).`);
  });
  const own = parseRegistry(text);
  const ids = new Set(own.map(({ id }) => id));
  return [...own, ...known.filter(({ id }) => !ids.has(id))];
}

/** @throws AfterimageError `model-not-found` */
export function findEntry(registry: readonly RegistryEntry[], id: string): RegistryEntry {
  const found = registry.find((one) => one.id === id);
  if (found) return found;
  const known = registry.map((one) => one.id).join(', ');
  throw new AfterimageError('model-not-found', `There is no model “${id}” in the registry. It knows ${known}.`);
}

/** Where a file goes in the folder that is put together, relative to it. */
export function placeOf({ path, as }: Pick<RegistryFile, 'path' | 'as'>): string {
  return as ?? path;
}

/** Where a file is to be had. */
export function addressOf({ repository, revision }: RegistryEntry, one: RegistryFile): string {
  const path = one.path.split('/').map(encodeURIComponent).join('/');
  return `${hub()}/${one.repository ?? repository}/resolve/${encodeURIComponent(one.revision ?? revision)}/${path}`;
}

/** A page for people. */
export function pageOf({ layout, repository }: RegistryEntry): string {
  return layout === 'embedded' ? repository : `${HUB}/${repository}`;
}

/**
 * What is pulled: everything but towers in other precisions than these. Towers of the same precision belong together.
 * @param dtypes empty: the best that both towers have (what `build-index` takes), and q8 of the text tower for browsers
 */
export function filesToPull({ files, exportedBy }: RegistryEntry, dtypes: readonly Dtype[]): readonly RegistryFile[] {
  if (exportedBy !== undefined) return [];
  // A graph with both towers names none.
  const has = (of: Dtype, tower: RegistryFile['tower']) =>
    files.some((one) => one.dtype === of && (one.tower ?? tower) === tower);
  const best = DTYPES.find((of) => has(of, 'text') && has(of, 'vision'));
  return files.filter(({ tower, dtype: of }) => {
    if (of === undefined) return true;
    if (dtypes.length > 0) return dtypes.includes(of);
    return of === best || (tower === 'text' && of === 'q8');
  });
}
