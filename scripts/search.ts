/** Search a collection from the command line, with the engine of the page. */
import { createInterface } from 'node:readline';
import { ENGINES } from '../src/engine/collection/types.ts';
import { toAfterimageError } from '../src/engine/errors.ts';
import { type NodeSearch, openNodeSearch } from '../src/platform/sessions/search.node.ts';
import { parseChoice, parseCount, parseOptions, runScript, usage } from './cli/cli.ts';
import { answer, toTable } from './query/answer.ts';
import { PUBLIC_FOLDER } from './repository/folders.ts';

const HELP = `
Usage: pnpm search <text> [options]
       pnpm search --stdin [options] < queries.txt

Options:
  --collection <name>  folder name under public/collections (default: demo)
  -k <number>          how many pictures (default: 10)
  --index <engine>     hnsw, exact, codes or blocks (codes, with vectors read as they are needed); default: what the
                       collection was built for
  --exact              --index exact: compare every picture
  --json               print {text, model_name, matches: [{image_name, title, score}], …}
  --stdin              one query a line in, one line of JSON a query out, {text, error} for one that fails
`;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    collection: { type: 'string', default: 'demo' },
    k: { type: 'string', short: 'k', default: '10' },
    index: { type: 'string' },
    exact: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    stdin: { type: 'boolean', default: false },
  });
  const { collection, exact, json, stdin } = values;
  const index = exact ? 'exact' : values.index && parseChoice(values.index, '--index', [...ENGINES, 'blocks']);
  const k = parseCount(values.k, '-k');
  const text = positionals.join(' ').trim();
  if (stdin && text !== '') throw usage('--stdin takes its queries from the standard input alone');
  if (!stdin && text === '') throw usage('There is nothing to search for');
  const search = await openNodeSearch({ publicFolder: PUBLIC_FOLDER, collection, ...(index && { index }) });
  try {
    if (stdin) {
      await answerLines(search, k);
    } else {
      const report = await answer(search, text, k);
      console.log(json ? JSON.stringify(report) : toTable(report));
    }
  } finally {
    await search.dispose();
  }
});

/** One line out for each line in, also for one that cannot be answered, so that the two can be put side by side. */
async function answerLines(search: NodeSearch, k: number): Promise<void> {
  for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const report = await answer(search, text, k).catch((error: unknown) => {
      const { code, message } = toAfterimageError(error);
      return { text, error: { code, message } };
    });
    console.log(JSON.stringify(report));
  }
}
