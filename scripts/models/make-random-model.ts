/** Write a CLIP folder with random weights, to try another model than the embedded one. It understands nothing. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import { parseCount, parseOptions, runScript, usage } from '../cli/cli.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { writeRandomModel } from './random-model.ts';

const HELP = `
Usage: npx tsx scripts/models/make-random-model.ts <folder> [options]

Then: pnpm add-model <folder>

  --dim <number>         length of an embedding (default: 48)
  --image-size <number>  side of the picture that it takes, in pixels (default: 48)
  --seed <number>        other weights (default: 1)
`;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    dim: { type: 'string', default: '48' },
    'image-size': { type: 'string', default: '48' },
    seed: { type: 'string', default: '1' },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw usage('make-random-model takes one folder');
  const tokenizerFrom = join(MODELS_FOLDER, DEFAULT_MODEL);
  const config = JSON.parse(await readFile(join(tokenizerFrom, 'config.json'), 'utf8')) as {
    text_config: { vocab_size: number };
  };
  await writeRandomModel({
    folder: resolve(folder),
    tokenizerFrom,
    vocabulary: config.text_config.vocab_size,
    dim: parseCount(values.dim, '--dim', 2),
    imageSize: parseCount(values['image-size'], '--image-size', 16),
    seed: parseCount(values.seed, '--seed', 0),
  });
  console.log(`Next: pnpm add-model ${folder}`);
});
