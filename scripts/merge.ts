/** Put collections together into one. */

import { parseOptions, runScript, usage } from './cli/cli.ts';
import { type MergeOptions, merge } from './indexing/merge.ts';
import { COLLECTION_OPTIONS, parseCollectionOptions } from './indexing/options/collection-options.ts';
import { placeAdvice } from './indexing/options/out.ts';
import { createProgress } from './indexing/progress/progress.ts';
import { stopOnSignals } from './indexing/progress/stop.ts';
import { describeMerge } from './indexing/progress/summary.ts';

const HELP = `
Usage: pnpm merge <collection>… --out public/collections/<name> [options]

Puts collections of one model together, such as those of build-index --shard: nothing is embedded again, thumbnails and
previews are hard links where the disk allows it, else copies, and the graph is built once. The merged collections stay
as they are. Of shards the result is what one run of build-index over all the pictures would have made; vectors that were
stored as int8 or f16 are rounded a second time.

  --out <folder>          the merged collection's folder; its last part is its name
  --title, --description, --licence <text>
                          what the page says of it (default: what it said before, else what the first one says)
  --example <text>        a query to try, may be given several times
  --M <n>                 links of a picture in the graph (2 to 256; default: 16)
  --efConstruction <n>    width of the beam when the graph is built (1 to 65535; default: 200)
  --efSearch <n>          width of the beam when it is searched (default: 48, above 20,000 pictures 100, above
                          200,000 200); the page and pnpm search ask for 200 pictures, which makes it 200 at least
  --index <engine>, --vectors <encoding>
                          as of build-index (default: hnsw, int8)
  --json                  print a summary as one line of JSON

Exit code 0: done. 1: failed. 2: something to mend in the command or on the disk.
`;

function parseMergeCommand(args: readonly string[]): { options: MergeOptions; json: boolean } {
  const { values, positionals } = parseOptions(args, {
    ...COLLECTION_OPTIONS,
    out: { type: 'string' },
    json: { type: 'boolean' },
  });
  if (positionals.length === 0) throw usage('merge takes the folders of the collections to put together');
  if (values.out === undefined) throw usage('--out is missing, for example --out public/collections/holiday');
  return {
    json: values.json === true,
    options: {
      collections: positionals,
      out: values.out,
      ...parseCollectionOptions(values),
    },
  };
}

await runScript(HELP, async (args) => {
  const { options, json } = parseMergeCommand(args);
  const progress = createProgress();
  await stopOnSignals(progress, async (signal) => {
    try {
      const summary = await merge(options, signal, progress.onEvent);
      progress.stop();
      console.log(json ? JSON.stringify(summary) : describeMerge(summary));
      const advice = await placeAdvice(options.out);
      if (advice !== undefined) progress.line(advice);
    } finally {
      progress.stop();
    }
  });
});
