/** What the registry says of a model: put into its folder where that says nothing, and compared with what it turned out to be. */
import type { ModelManifest } from '../../../src/engine/model/model.ts';
import { setPadding, writeConfigs } from '../layouts/open-clip.ts';
import { placeOf, type RegistryEntry } from '../registry/registry.ts';

export async function describeHere(folder: string, entry: RegistryEntry): Promise<void> {
  const { family, dim, imageSize, text, preprocessing, files } = entry;
  if (family === 'blip-itm') return; // nobody pulls it
  if (!files.some((file) => placeOf(file) === 'config.json')) {
    await writeConfigs(folder, { family, dim, imageSize, length: text.length, preprocessing });
  }
  if (text.padToken !== undefined) await setPadding(folder, text.padToken);
}

/** Where the model that was added is another than the registry says, a sentence each. */
export function differences(entry: RegistryEntry, manifest: ModelManifest): readonly string[] {
  const facts = [
    ['dimensions', entry.dim, manifest.dim],
    ['pixels', entry.imageSize, manifest.imageSize],
    ['tokens at most', entry.text.length, manifest.text.maxLength],
    ['family', entry.family, manifest.family],
  ] as const;
  return facts.flatMap(([what, said, is]) =>
    said === is ? [] : [`The registry says ${said} (${what}), and the model has ${is}: please report that.`],
  );
}
