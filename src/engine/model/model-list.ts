import { MAX_PART_BYTES } from '../collection/types.ts';
import { AfterimageError } from '../errors.ts';
import { boolean, type Check, list, modelId, nullable, object, oneOf, parseJson, text } from '../formats/check.ts';

/** How good a model is, as somebody measured it. */
export interface ModelQuality {
  readonly measure: string;
  readonly value: string;
  readonly source: string;
}

/** What is known of a model beside what its `model.json` says: for whoever chooses one. */
export interface ModelFacts {
  readonly id: string;
  /** What it is best for: half a sentence. */
  readonly for: string | null;
  /** In plain words; empty: nothing is known. */
  readonly languages: readonly string[];
  /** Whether its licence allows commercial use; null: nobody has said. */
  readonly commercial: boolean | null;
  readonly quality: readonly ModelQuality[];
}

/** `models/index.json`: the models of a site. Written by `pnpm build`, `pnpm start` and what adds and removes models. */
export interface ModelList {
  readonly format: 'afterimage-models';
  readonly version: 1;
  readonly models: readonly ModelFacts[];
}

export const MODEL_LIST = 'models/index.json';

const words = text(1, 500);

const checkList: Check<ModelList> = object<ModelList>({
  format: oneOf('afterimage-models'),
  version: oneOf(1),
  models: list(
    object<ModelFacts>({
      id: modelId,
      for: nullable(words),
      languages: list(words, 200),
      commercial: nullable(boolean),
      quality: list(object<ModelQuality>({ measure: words, value: words, source: words }), 50),
    }),
    1000,
  ),
});

/** @throws AfterimageError `model-invalid` */
export function parseModelList(json: string): ModelList {
  const fail = (problem: string) =>
    new AfterimageError('model-invalid', `The list of models (${MODEL_LIST}) cannot be used: ${problem}.`);
  if (json.length > MAX_PART_BYTES) throw fail('it is too long');
  return parseJson(json, checkList, fail);
}

export function stringifyModelList(models: readonly ModelFacts[]): string {
  return `${JSON.stringify({ format: 'afterimage-models', version: 1, models } satisfies ModelList, null, 2)}\n`;
}
