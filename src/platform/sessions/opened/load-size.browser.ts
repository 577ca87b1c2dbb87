/// <reference path="../../runtime/onnxruntime.d.ts" />
import { onnxruntime } from 'virtual:onnxruntime';
import { parseModelManifest } from '../../../engine/model/model.ts';
import { type FileHash, lineBytes } from '../../../engine/ports.ts';
import type { HttpSource } from '../../bytes/http-source.browser.ts';
import { textFiles } from '../../models/model-files.ts';
import type { Device } from '../../models/tower-files.browser.ts';

/**
 * What has to be downloaded before a collection can be searched, in bytes: of runtime, model and index what no earlier visit
 * has kept.
 * @param model text of `model.json`
 * @param index the files of the index
 * @throws AfterimageError `model-invalid`
 */
export async function bytesToLoad(
  source: Pick<HttpSource, 'isKept'>,
  model: string,
  index: readonly FileHash[],
  device: Device,
): Promise<number> {
  const tower = textFiles(parseModelManifest(model), device).flatMap(
    (file): readonly FileHash[] => file.parts ?? [file],
  );
  const files = [onnxruntime[device].wasm, ...tower, ...index];
  const isKept = await Promise.all(files.map(source.isKept));
  return files.filter((_, i) => !isKept[i]).reduce((sum, file) => sum + lineBytes(file), 0);
}
