/** How close the pixels that vision towers get are to those of Python's image processors: cosines of embeddings. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import { dot } from '../../src/engine/numeric/embedding.ts';
import type { Pixels } from '../../src/engine/ports.ts';
import { createNodeImageEncoder } from '../../src/platform/encoders/clip.node.ts';
import { createDecoder } from '../../src/platform/pictures/decode.node.ts';
import { parseOptions, runScript, usage } from '../cli/cli.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';

const HELP = `
Usage: npx tsx scripts/eval/preprocessing.ts <folder> [options]

Embeds each .jpg of a folder twice: from the pixels of Afterimage and from those of Pillow, made as Python's transformers
does it (scripts/models/pillow_pixels.py). Prints percentiles of the cosines.

  --model <id>       a model with a centre crop (default: ${DEFAULT_MODEL})
  --python <file>    a Python with Pillow (default: python3)
`;

const PILLOW = fileURLToPath(new URL('../models/pillow_pixels.py', import.meta.url));
const PERCENTILES = [0, 1, 5, 50];

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    model: { type: 'string', default: DEFAULT_MODEL },
    python: { type: 'string', default: 'python3' },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw usage('preprocessing takes one folder');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  const encoder = await createNodeImageEncoder({ modelsFolder: MODELS_FOLDER, modelId: values.model });
  const { preprocessor } = encoder;
  if (preprocessor.shortestEdge === null) throw usage(`${values.model} does not crop`);
  const theirs = await pillowPixels(values.python, resolve(folder), preprocessor.shortestEdge, preprocessor.imageSize);
  if (theirs.length !== names.length) throw new Error(`Pillow made ${theirs.length} of ${names.length} pictures`);

  const decoder = createDecoder({ preprocessor, pictures: 'none' });
  const cosines: number[] = [];
  for (const [i, name] of names.entries()) {
    const { pixels } = await decoder.decode(await readFile(join(folder, name)), name);
    const [ours, other] = await encoder.encode([pixels, theirs[i] as Pixels]);
    cosines.push(ours && other ? dot(ours, other) : Number.NaN);
  }
  await encoder.dispose();
  cosines.sort((a, b) => a - b);
  console.log(`${cosines.length} pictures, cosine to Pillow:`);
  for (const percentile of PERCENTILES) {
    console.log(`  ${percentile} %: ${cosines[Math.floor((percentile * cosines.length) / 100)]?.toFixed(5)}`);
  }
});

async function pillowPixels(python: string, folder: string, edge: number, size: number): Promise<Pixels[]> {
  const out = await mkdtemp(join(tmpdir(), 'afterimage-pillow-'));
  try {
    const file = join(out, 'pixels');
    await promisify(execFile)(python, [PILLOW, 'photos', folder, String(edge), String(size), file]);
    const bytes = await readFile(file);
    const area = 3 * size * size;
    return Array.from({ length: bytes.length / area }, (_, i) => ({
      size,
      rgb: bytes.subarray(i * area, (i + 1) * area),
    }));
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
