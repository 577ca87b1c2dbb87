import { MAX_PART_BYTES } from '../collection/types.ts';
import { AfterimageError } from '../errors.ts';
import {
  also,
  boolean,
  type Check,
  finite,
  integer,
  list,
  modelId,
  nullable,
  object,
  oneOf,
  parseJson,
  relativePath,
  sha256Hex,
  text,
} from '../formats/check.ts';
import type { FileHash, Packed } from '../ports.ts';
import { type Calibration, calibration } from './calibration.ts';
import type { StoredTensor } from './prepared.ts';

export type Device = 'webgpu' | 'wasm' | 'cpu';
export type Dtype = 'fp32' | 'fp16' | 'q8' | 'q4' | 'q4f16' | 'int8' | 'uint8' | 'bnb4';

/** One piece of a file that was split for hosting. */
export interface ModelFilePart extends FileHash {
  /** Relative to the model's folder; named by content: `<file>.<first 16 hex of sha256>.part`. */
  readonly path: string;
}

export interface ModelFile extends FileHash {
  /** Relative to the model's folder. */
  readonly path: string;
  /** Where it was split for hosting: its pieces, which make the file when they are put together in order. */
  readonly parts?: readonly ModelFilePart[];
}

/** A text and the embedding that the model must give for it, computed in Node: the self-test after loading. */
export interface GoldenVector {
  readonly text: string;
  /**
   * The precision that it was computed in. A device is compared with the vectors of the dtype that it runs, because
   * quantising moves a vector by more than a sound device may.
   */
  readonly dtype: Dtype;
  readonly embedding: readonly number[];
}

/** `model.json`: what Afterimage must know of a Hugging Face CLIP folder. Written by `pnpm add-model`. */
export interface ModelManifest {
  readonly format: 'afterimage-model';
  readonly version: 1;
  /** Folder name under `public/models/`. */
  readonly id: string;
  readonly title: string;
  readonly family: 'clip' | 'siglip';
  readonly dim: number;
  readonly imageSize: number;
  readonly text: {
    /** Tokens at most, special ones included. */
    readonly maxLength: number;
    /** `none`: as long as the text is; `max_length`: always padded to `maxLength`. */
    readonly padding: 'none' | 'max_length';
    readonly lowercase: boolean;
    /**
     * Words that carry nothing and that the model misreads at the beginning of a text ("a", "something"), in lower case:
     * left out there. Empty for most models.
     */
    readonly skipLeading: readonly string[];
    /**
     * A leading word stays where one of these follows it, in lower case: "something to eat" means food, "to eat" nothing.
     */
    readonly keepBefore: readonly string[];
  };
  /** Which precision to load on which device. */
  readonly dtypes: { readonly wasm: Dtype; readonly webgpu: Dtype; readonly cpu: Dtype };
  readonly files: readonly ModelFile[];
  /**
   * The text tower of `dtype` once more, as a graph that was optimised when the model was added, because optimising takes
   * most of a start on wasm. Among `files` is only the graph: its weights are these tensors, all of which lie in the file of the standard tower.
   */
  readonly prepared?: { readonly dtype: Dtype; readonly tensors: readonly StoredTensor[] };
  /** SHA-256 of vision towers that were left out for hosting: collections say which one made them. */
  readonly omittedVision?: readonly string[];
  readonly golden: readonly GoldenVector[];
  /** How sure it is that a result is right. Without one, results are only good matches or weaker ones. */
  readonly calibration?: Calibration;
  /** One honest line each for the first screen; untrusted text. */
  readonly can: string;
  readonly cannot: string;
  readonly licence: string | null;
  readonly source: string | null;
  readonly revision: string | null;
}

/** Protobuf, in which ONNX is written, ends here; larger models have their weights in several files. */
const MAX_FILE_BYTES = 2 ** 31;

/** A device passes the self-test when every golden text reaches this cosine. */
export const GOLDEN_COSINE = 0.999;
/** The model that scripts take when none is named: the one place that knows it. */
export const DEFAULT_MODEL = 'afterimage-mini';

export const checkDtype = oneOf('fp32', 'fp16', 'q8', 'q4', 'q4f16', 'int8', 'uint8', 'bnb4');

const packed = object<Packed>({ by: oneOf('gzip'), bytes: integer(1, MAX_PART_BYTES) });

export const checkModelFile: Check<ModelFile> = also(
  object<ModelFile>(
    {
      path: relativePath,
      sha256: sha256Hex,
      bytes: integer(0, MAX_FILE_BYTES),
      packed,
      parts: list(
        object<ModelFilePart>({ path: relativePath, sha256: sha256Hex, bytes: integer(1, MAX_PART_BYTES), packed }, [
          'packed',
        ]),
        1000,
      ),
    },
    ['packed', 'parts'],
  ),
  ({ bytes, parts }) => {
    const sum = parts?.reduce((total, part) => total + part.bytes, 0) ?? bytes;
    return sum === bytes ? undefined : `has parts of ${sum} bytes together, not ${bytes}`;
  },
);

const offset = integer(0, MAX_FILE_BYTES);
const count = integer(1, MAX_FILE_BYTES);
type WrittenTensor = { to: number; at: number; bytes: number; scalesAt?: number; scales?: number; run?: number };

const storedTensor = also(
  object<WrittenTensor>({ to: offset, at: offset, bytes: count, scalesAt: offset, scales: count, run: count }, [
    'scalesAt',
    'scales',
    'run',
  ]),
  ({ scalesAt, scales, run }) =>
    new Set([scalesAt, scales, run].map((member) => member === undefined)).size === 1
      ? undefined
      : 'has only a part of scalesAt, scales and run',
) as Check<StoredTensor>;

type TextRules = ModelManifest['text'];

type AddedLater = 'skipLeading' | 'keepBefore';

const writtenRules = object<Omit<TextRules, AddedLater> & Partial<Pick<TextRules, AddedLater>>>(
  {
    maxLength: integer(2, 65_536),
    padding: oneOf('none', 'max_length'),
    lowercase: boolean,
    skipLeading: list(text(1, 50), 100),
    keepBefore: list(text(1, 50), 100),
  },
  ['skipLeading', 'keepBefore'],
);

/** A model.json without these two leaves nothing out. */
const textRules: Check<TextRules> = (value, path) => ({
  skipLeading: [],
  keepBefore: [],
  ...writtenRules(value, path),
});

const model: Check<ModelManifest> = also(
  object<ModelManifest>(
    {
      format: oneOf('afterimage-model'),
      version: oneOf(1),
      id: modelId,
      title: text(1, 500),
      family: oneOf('clip', 'siglip'),
      dim: integer(1, 65_536),
      imageSize: integer(1, 8192),
      text: textRules,
      dtypes: object<ModelManifest['dtypes']>({ wasm: checkDtype, webgpu: checkDtype, cpu: checkDtype }),
      files: list(checkModelFile, 1000),
      prepared: object<NonNullable<ModelManifest['prepared']>>({
        dtype: checkDtype,
        tensors: list(storedTensor, 10_000),
      }),
      omittedVision: list(sha256Hex, 100),
      golden: list(
        object<GoldenVector>({ text: text(1, 500), dtype: checkDtype, embedding: list(finite, 65_536) }),
        100,
      ),
      calibration,
      can: text(0, 1000),
      cannot: text(0, 1000),
      licence: nullable(text(1, 500)),
      source: nullable(text(1, 1000)),
      revision: nullable(text(1, 500)),
    },
    ['prepared', 'omittedVision', 'calibration'],
  ),
  ({ dim, files, golden }) => {
    if (files.length === 0) return 'names no files';
    if (new Set(files.map(({ path }) => path)).size < files.length) return 'names a file twice';
    if (golden.length === 0) return 'has no golden vectors';
    if (golden.some(({ embedding }) => !isUnit(embedding, dim)))
      return `has a golden vector that is no unit vector of dimension ${dim}`;
    return undefined;
  },
);

function isUnit(embedding: readonly number[], dim: number): boolean {
  const norm = Math.sqrt(embedding.reduce((sum, value) => sum + value * value, 0));
  return embedding.length === dim && Math.abs(norm - 1) <= 1e-3;
}

/** Read a `model.json`. @throws AfterimageError `model-invalid` */
export function parseModelManifest(source: string): ModelManifest {
  return parseJson(
    source,
    model,
    (problem) => new AfterimageError('model-invalid', `The model's model.json cannot be used: ${problem}.`),
  );
}

/**
 * The text of a `model.json`, one golden vector or stored tensor a line.
 * @throws AfterimageError `model-invalid` for what `parseModelManifest` would refuse.
 */
export function stringifyModelManifest(manifest: ModelManifest): string {
  const indented = JSON.stringify(manifest, null, 2);
  // Lists of numbers only; line breaks never occur inside a JSON string, so no text can look like one.
  const numbers = /\[\n([-+\d.e,\s]+)\]/g;
  const tensors = /\{\n(\s+"to": [\w":,\s]+)\}/g;
  const oneLine = (text: string) => text.trim().replace(/,\s+/g, ', ');
  const source = `${indented
    .replace(numbers, (_all, inner: string) => `[${oneLine(inner)}]`)
    .replace(tensors, (_all, inner: string) => `{ ${oneLine(inner)} }`)}\n`;
  parseModelManifest(source);
  return source;
}
