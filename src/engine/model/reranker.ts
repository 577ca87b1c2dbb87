import { AfterimageError } from '../errors.ts';
import {
  also,
  type Check,
  finite,
  integer,
  list,
  modelId,
  nullable,
  object,
  oneOf,
  parseJson,
  text,
} from '../formats/check.ts';
import { checkDtype, checkModelFile, type Dtype, type ModelFile, type ModelManifest } from './model.ts';

/** Pictures that can be painted anywhere, for a reranker's self-test. */
export const TEST_PICTURES = ['checkers', 'slope'] as const;

/** A text, a painted picture, and the probability that the reranker must give for both, computed in Node. */
export interface GoldenMatch {
  readonly text: string;
  readonly picture: (typeof TEST_PICTURES)[number];
  /** The precision that it was computed in. */
  readonly dtype: Dtype;
  readonly match: number;
}

/** `reranker.json`: what Afterimage must know of a folder with an image–text matching model. Written by `pnpm add-model`. */
export interface RerankerManifest {
  readonly format: 'afterimage-reranker';
  readonly version: 1;
  /** Folder name under `public/models/`. */
  readonly id: string;
  readonly title: string;
  readonly family: 'blip-itm';
  readonly imageSize: number;
  readonly text: {
    /** Tokens of every text, special ones included: padded and cut to it. */
    readonly maxLength: number;
    /** The id that takes the place of the first token, which the tokenizer gives; null: it stays. */
    readonly firstToken: number | null;
  };
  readonly dtypes: ModelManifest['dtypes'];
  readonly files: readonly ModelFile[];
  readonly golden: readonly GoldenMatch[];
  readonly licence: string | null;
  readonly source: string | null;
  readonly revision: string | null;
}

/** A device passes the self-test where no golden match is further away than this. */
export const GOLDEN_MATCH = 0.05;

/** The file of a model's folder. */
export const RERANKER = 'reranker.json';

const match = also(finite, (value) => (value >= 0 && value <= 1 ? undefined : 'is no probability'));

const manifest: Check<RerankerManifest> = also(
  object<RerankerManifest>({
    format: oneOf('afterimage-reranker'),
    version: oneOf(1),
    id: modelId,
    title: text(1, 500),
    family: oneOf('blip-itm'),
    imageSize: integer(1, 8192),
    text: object<RerankerManifest['text']>({ maxLength: integer(2, 65_536), firstToken: nullable(integer(0)) }),
    dtypes: object<RerankerManifest['dtypes']>({ wasm: checkDtype, webgpu: checkDtype, cpu: checkDtype }),
    files: list(checkModelFile, 1000),
    golden: list(
      object<GoldenMatch>({ text: text(1, 500), picture: oneOf(...TEST_PICTURES), dtype: checkDtype, match }),
      100,
    ),
    licence: nullable(text(1, 500)),
    source: nullable(text(1, 1000)),
    revision: nullable(text(1, 500)),
  }),
  ({ files, golden, dtypes }) => {
    if (new Set(files.map(({ path }) => path)).size < files.length) return 'names a file twice';
    const untested = Object.values(dtypes).find((one) => !golden.some(({ dtype }) => dtype === one));
    return untested && `has no golden match in ${untested}`;
  },
);

/** Read a `reranker.json`. @throws AfterimageError `model-invalid` */
export function parseRerankerManifest(source: string): RerankerManifest {
  return parseJson(
    source,
    manifest,
    (problem) => new AfterimageError('model-invalid', `The reranker's ${RERANKER} cannot be used: ${problem}.`),
  );
}

/** @throws AfterimageError `model-invalid` for what `parseRerankerManifest` would refuse */
export function stringifyRerankerManifest(value: RerankerManifest): string {
  const source = `${JSON.stringify(value, null, 2)}\n`;
  parseRerankerManifest(source);
  return source;
}
