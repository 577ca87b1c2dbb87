/** Fill a collection of a Chroma server with the vectors of a collection, and let the page search it there. */
import { originOf, type RemoteLocation, remoteOf, SPACES } from '../src/engine/collection/extensions/remote.ts';
import type { Collection } from '../src/engine/collection/reader.ts';
import { runScript } from './cli/cli.ts';
import { openFolder } from './indexing/merge.ts';
import { createProgress, type Progress } from './indexing/progress/progress.ts';
import { stopOnSignals } from './indexing/progress/stop.ts';
import { checkedName, type PushTarget, parsePushCommand } from './push/arguments.ts';
import { type PushSummary, pushCollection } from './push/push-collection.ts';
import { warningsFor } from './push/reachable.ts';
import { reachServer } from './push/server.ts';
import { writeLocation } from './push/write-location.ts';

const HELP = `
Usage: pnpm push <collection> --to http://host:port [options]

Sends the vectors of a collection to a server of Chroma, and writes into the collection's manifest that the page searches it
there. What the server holds already is not sent again: run it again after an interruption, or when pictures came or went.
Then build the site again, because its policy has to name the server.

  <collection>            its folder, or its name in public/collections
  --to <url>              the server, as http://localhost:8000
  --name <name>           of the collection there (the collection's own)
  --space <space>         how it measures, where it is made: ${SPACES.join(', ')} (cosine)
  --served-at <url>       where the page finds the server, if that is another address, as of a proxy before it
  --tenant <name>         (default_tenant)
  --database <name>       (default_database)
  --header <name: value>  sent with every request and stored nowhere, such as a token; may be given again
  --forget                search the collection in the page again; what the server holds stays there
  --json                  print a summary as one line of JSON

Exit code 0: done. 1: failed. 2: something to mend in the command or on the disk.
`;

await runScript(HELP, async (args) => {
  const { folder, json, target } = parsePushCommand(args);
  const { collection, location } = await openFolder(folder);
  if (!target) return forget(location, collection);
  const progress = createProgress();
  await stopOnSignals(progress, async (signal) => {
    try {
      const { where, summary } = await push(location, collection, target, progress, signal);
      progress.stop();
      for (const warning of await warningsFor(target.servedAt)) console.error(`Warning: ${warning}`);
      if (json) return console.log(JSON.stringify({ ...where, ...summary }));
      console.log(sentence(summary, `${where.collection} of ${target.address.url}`));
      const isNews = remoteOf(collection.manifest)?.url !== where.url;
      if (isNews) console.log(`Build the site again, so that its policy names ${originOf(where)}: pnpm build`);
    } finally {
      progress.stop();
    }
  });
});

async function push(
  folder: string,
  collection: Collection,
  { address, name, space, servedAt }: PushTarget,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ readonly where: RemoteLocation; readonly summary: PushSummary }> {
  const there = name ?? checkedName(collection.manifest.name);
  const server = await reachServer(address);
  const summary = await pushCollection({ server, collection, name: there, space, signal, onEvent: progress.onEvent });
  const { tenant, database } = address;
  const at = { engine: 'chroma', url: servedAt, tenant, database, collection: there } as const;
  const where: RemoteLocation = { ...at, space: summary.space };
  await writeLocation(folder, collection, where);
  return { where, summary };
}

async function forget(folder: string, collection: Collection): Promise<void> {
  const changed = await writeLocation(folder, collection, null);
  const { name } = collection.manifest;
  if (!changed) return console.log(`The page searches ${name} by itself already.`);
  console.log(`The page searches ${name} by itself again. Build the site again: pnpm build`);
}

function sentence({ sent, updated, removed, there }: PushSummary, where: string): string {
  return `${where}: ${sent} sent, ${updated} renamed or moved, ${removed} deleted, ${there} were there.`;
}
