/** The text tower in a browser worker, on onnxruntime-web itself. */
import { Tensor } from 'onnxruntime-web/webgpu';
import { inTurn, openSession, type RuntimeOptions, withRuntime } from '../runtime/sessions.browser.ts';
import type { TextModel, TextTokenizer } from './clip-text.ts';
import { needed, readTokenizer } from './tokenizer.ts';

export interface TowerOptions extends RuntimeOptions {
  /** Path of the graph among the model's files. */
  readonly path: string;
  readonly graphOptimizationLevel?: 'disabled';
  /** Weights beside the graph. */
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** @throws AfterimageError `model-invalid` where a file is missing; `internal` for what onnxruntime says */
export function loadTextTower(
  files: ReadonlyMap<string, Uint8Array>,
  options: TowerOptions,
): Promise<{ tokenizer: TextTokenizer; model: TextModel }> {
  return withRuntime(options, async () => {
    const tokenizer = readTokenizer(files);
    return { tokenizer, model: await createModel(files, options) };
  });
}

async function createModel(
  files: ReadonlyMap<string, Uint8Array>,
  { device, path, graphOptimizationLevel, externalData }: TowerOptions,
): Promise<TextModel> {
  const session = await openSession(needed(files, path), device, {
    ...(graphOptimizationLevel && { graphOptimizationLevel }),
    ...(externalData && { externalData }),
  });
  return {
    inputNames: session.inputNames,
    run: (inputs) => inTurn(() => session.run(mapValues(inputs, int64))),
    dispose: () => inTurn(() => session.release()),
  };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function int64(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
}
