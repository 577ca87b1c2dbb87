/** The models that `pnpm models` knows: data in models.json, best first for what most people want. */
import { readFile } from 'node:fs/promises';
import { AfterimageError } from '../../../src/engine/errors.ts';
import {
  also,
  boolean,
  type Check,
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

/** How the files of a model lie at their source. */
export const LAYOUTS = ['transformers', 'combined', 'open-clip'] as const;

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
  /** `owner/name` on the Hugging Face hub. */
  readonly repository: string;
  /** A commit; a branch where none could be verified. */
  readonly revision: string;
  /** Whose weights they are. */
  readonly original: string;
  /** 0 where it gives no vectors. */
  readonly dim: number;
  readonly imageSize: number;
  readonly text: { readonly length: number; readonly padding: string; readonly lowercase: boolean };
  readonly preprocessing: string;
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
  },
  ['as', 'repository', 'revision', 'tower', 'dtype'],
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
      text: object<RegistryEntry['text']>({ length: integer(1), padding: words, lowercase: boolean }),
      preprocessing: words,
      licence: object<RegistryEntry['licence']>({ name: words, commercial: boolean, accept: boolean }),
      languages: list(words, 100),
      quality: list(object<RegistryEntry['quality'][number]>({ measure: words, value: words, source: words }), 20),
      notes: text(0, 1000),
      files: list(file, 100),
      unverified: list(words, 20),
    },
    ['kind', 'exportedBy'],
  ),
  ({ files, licence, kind, dim }) => {
    if ((dim === 0) !== (kind === 'reranker')) return 'gives no vectors, or is a reranker that does';
    if (files.length === 0) return 'names no files';
    if (new Set(files.map(placeOf)).size < files.length) return 'names a file twice';
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

export async function readRegistry(): Promise<readonly RegistryEntry[]> {
  return parseRegistry(await readFile(FILE, 'utf8'));
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
  return `${HUB}/${one.repository ?? repository}/resolve/${encodeURIComponent(one.revision ?? revision)}/${path}`;
}

/** A page for people. */
export function pageOf({ repository }: RegistryEntry): string {
  return `${HUB}/${repository}`;
}

/**
 * What is pulled: everything but towers in other precisions than these. Towers of the same precision belong together.
 * @param dtypes empty: fp32 of both towers where it is there (what `build-index` takes), and q8 of the text tower for browsers
 */
export function filesToPull({ files }: RegistryEntry, dtypes: readonly Dtype[]): readonly RegistryFile[] {
  const wanted = ({ tower, dtype: of }: RegistryFile) => {
    if (of === undefined || tower === undefined) return true;
    if (dtypes.length > 0) return dtypes.includes(of);
    return of === 'fp32' || (tower === 'text' && of === 'q8');
  };
  return files.filter(wanted);
}
