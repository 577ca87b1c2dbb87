/** Write a collection's vectors for NumPy and clip-retrieval. */
import { resolve } from 'node:path';
import { AfterimageError } from '../src/engine/errors.ts';
import { type ExportOptions, exportVectors } from '../src/platform/exchange/export-vectors.node.ts';
import { parseOptions, runScript, usage } from './cli/cli.ts';
import { openFolder } from './indexing/merge.ts';
import { createProgress } from './indexing/progress/progress.ts';
import { stopOnSignals } from './indexing/progress/stop.ts';

const HELP = `
Usage: pnpm export-vectors public/collections/<name> --out <folder> [options]

Writes the vectors of a collection as NumPy and clip-retrieval read them: img_emb/img_emb_0.npy, one row a picture, and
metadata/metadata_0.parquet with the columns image_path, caption, licence, width, height, bytes, date, id in the same
order. build-index --from-npy reads the same folder. Vectors of int8 and f16 collections are what these hold, which is
not to the last bit what the model computed.

  --out <folder>          where to write
  --dtype <type>          float32 (default), or float16, half as large
  --metadata <format>     parquet (default), or jsonl
  --json                  print a summary as one line of JSON

Exit code 0: done. 1: failed. 2: something to mend in the command or on the disk.
`;

const DTYPES = { float32: 'f4', float16: 'f2' } as const;

type Command = Pick<ExportOptions, 'out' | 'dtype' | 'metadata'> & { readonly folder: string; readonly json: boolean };

function parseExportCommand(args: readonly string[]): Command {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseOptions(args, {
    ...{ out: text, dtype: text, metadata: text },
    json: { type: 'boolean' },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw usage('export-vectors takes the folder of one collection');
  if (values.out === undefined) throw usage('--out is missing, for example --out vectors');
  const { dtype = 'float32', metadata = 'parquet' } = values;
  if (dtype !== 'float32' && dtype !== 'float16') throw usage(`--dtype takes float32 or float16, not "${dtype}"`);
  if (metadata !== 'parquet' && metadata !== 'jsonl') {
    throw usage(`--metadata takes parquet or jsonl, not "${metadata}"`);
  }
  return { folder, out: resolve(values.out), dtype: DTYPES[dtype], metadata, json: values.json === true };
}

await runScript(HELP, async (args) => {
  const { folder, json, ...command } = parseExportCommand(args);
  const { collection } = await openFolder(folder);
  const progress = createProgress();
  await stopOnSignals(progress, async (signal) => {
    try {
      const summary = await exportVectors({ ...command, collection, signal, onEvent: progress.onEvent });
      progress.stop();
      const { count, dim, files } = summary;
      const text = `${count} vectors of dimension ${dim} in ${command.out}: ${files.join(', ')}.`;
      console.log(json ? JSON.stringify(summary) : text);
    } catch (error) {
      throw toWritingError(error, command.out);
    } finally {
      progress.stop();
    }
  });
});

function toWritingError(error: unknown, out: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof AfterimageError || typeof code !== 'string') return error;
  return new AfterimageError('not-writable', `Cannot write to ${out} (${code}). Choose another --out.`, {
    cause: error,
  });
}
