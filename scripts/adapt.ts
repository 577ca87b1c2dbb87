/** Learn from pairs of pictures and words what the words of a domain mean, and let searches of the collection use it. */

import { adaptCollection, removeAdapter, withCollection } from './adapt/adapt-collection.ts';
import { parseOnlyOptions, runScript, usage } from './cli/cli.ts';
import { PUBLIC_FOLDER } from './repository/folders.ts';

const HELP = `
Usage: pnpm adapt --pairs <pairs.csv> [options]
       pnpm adapt --remove [options]

Learns from the embeddings of pairs of a picture and words how to correct the embeddings of words, and writes this adapter
into the collection, which the page and pnpm query then search with it. It is written only if it finds more among pairs that
were held out. Build the site again afterwards.

Options:
  --collection <name>  folder name under public/collections (default: demo)
  --pairs <file>       a table (.csv, .tsv) with the columns picture (its name in the collection, or its id) and caption or
                       label
  --remove             take the adapter out of the collection

Exit code 0: done. 1: nothing written, because it would not find more. 2: something to mend in the command or on the disk.
`;

await runScript(HELP, async (args) => {
  const { collection, pairs, remove } = parseOnlyOptions(args, {
    collection: { type: 'string', default: 'demo' },
    pairs: { type: 'string' },
    remove: { type: 'boolean', default: false },
  });
  if (remove === (pairs !== undefined)) throw usage('adapt takes --pairs or --remove');
  await withCollection(PUBLIC_FOLDER, collection, async (search) => {
    if (pairs === undefined) {
      const wasThere = await removeAdapter(search, PUBLIC_FOLDER);
      return console.log(wasThere ? `${collection} has no adapter any more.` : `${collection} had no adapter.`);
    }
    const { rank } = await adaptCollection(search, PUBLIC_FOLDER, pairs, console.log);
    const undo = `Take it out: pnpm adapt --remove --collection ${collection}`;
    console.log(`${collection} is searched with an adapter of rank ${rank} now. ${undo}`);
  });
});
