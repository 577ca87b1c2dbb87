/** Write made-up embeddings as a NumPy file, for `build-index --from-npy`. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { encodeNpyHeader, encodeNpyRows } from '../../../src/engine/formats/npy.ts';
import { parseCount, parseOptions, runScript, usage } from '../../cli/cli.ts';
import { createSynthetic } from './synthetic.ts';

const HELP = `
Usage: npx tsx scripts/bench/synthetic/make.ts <file.npy> --count <number> [options]

Then: pnpm build-index --from-npy <file.npy> --model <id> --out public/collections/<name>

  --count <number>   how many
  --dim <number>     length of an embedding, a power of two (default: 512)
  --seed <number>    other embeddings (default: 1)
  --isotropic        without any structure
`;
const BATCH = 4096;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    count: { type: 'string' },
    dim: { type: 'string', default: '512' },
    seed: { type: 'string', default: '1' },
    isotropic: { type: 'boolean', default: false },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw usage('make takes one file');
  if (values.count === undefined) throw usage('--count is missing');
  const count = parseCount(values.count, '--count', 1);
  const dim = parseCount(values.dim, '--dim', 2);
  if ((dim & (dim - 1)) !== 0) throw usage('--dim must be a power of two');
  const synthetic = createSynthetic({
    dim,
    seed: parseCount(values.seed, '--seed', 0),
    isotropic: values.isotropic === true,
  });

  function* bytes(): Generator<Uint8Array> {
    yield encodeNpyHeader({ dtype: 'f2', rows: count, dim });
    for (let from = 0; from < count; from += BATCH) {
      yield encodeNpyRows(synthetic.pictures(from, Math.min(BATCH, count - from)), 'f2');
    }
  }
  await mkdir(dirname(resolve(file)), { recursive: true });
  await pipeline(Readable.from(bytes()), createWriteStream(file));
  console.log(
    `Next: pnpm build-index --from-npy ${file} --model <id of dimension ${dim}> --out public/collections/<name>`,
  );
});
