/** The text tower in Node, through transformers.js on onnxruntime-node. */
import {
  AutoTokenizer,
  CLIPTextModelWithProjection,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  SiglipTextModel,
  Tensor,
} from '@huggingface/transformers';
import type { Device, Dtype, ModelManifest } from '../../engine/model/model.ts';
import { type ClipTextEncoder, createTextEncoder, type TextModel } from './clip-text.ts';

type PretrainedOptions = NonNullable<Parameters<typeof PreTrainedModel.from_pretrained>[1]>;

export interface TextEncoderOptions {
  readonly device: Device;
  readonly dtype: Dtype;
  /** Of the tower's file, without folder, precision and ending; the standard one where absent. */
  readonly fileName?: string;
  readonly sessionOptions?: NonNullable<PretrainedOptions['session_options']>;
}

/**
 * Load tokenizer and text tower of the model that transformers.js finds under `manifest.id`. Its `env` (where files come
 * from, threads) must be set before.
 * @throws whatever transformers.js throws
 */
export async function loadTextEncoder(manifest: ModelManifest, options: TextEncoderOptions): Promise<ClipTextEncoder> {
  const { tokenizer, model } = await loadTextTower(manifest.id, manifest.family, options);
  return createTextEncoder(manifest, tokenizer, model);
}

/** Tokenizer and text tower of the model under `id`. */
export async function loadTextTower(
  id: string,
  family: ModelManifest['family'],
  { device, dtype, fileName = 'text_model', sessionOptions }: TextEncoderOptions,
): Promise<{ tokenizer: PreTrainedTokenizer; model: TextModel }> {
  const Model = family === 'clip' ? CLIPTextModelWithProjection : SiglipTextModel;
  const tokenizer = await AutoTokenizer.from_pretrained(id);
  const model = await Model.from_pretrained(id, {
    device,
    dtype,
    model_file_name: fileName,
    session_options: sessionOptions ?? {},
    // Files are named in model.json, whatever config.json says of weights beside the graph.
    use_external_data_format: false,
  });
  return { tokenizer, model: textModel(model) };
}

function textModel(model: PreTrainedModel): TextModel {
  const sessions = model.sessions as Record<string, { inputNames: readonly string[] }>;
  return {
    inputNames: sessions.model?.inputNames ?? [],
    run: (inputs) =>
      model(
        Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, int64(values)])),
      ) as Promise<unknown>,
    dispose: () => model.dispose(),
  };
}

function int64(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
}
