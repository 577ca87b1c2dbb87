/** Search a collection from the command line, with the engine of the page. */
import { createInterface } from 'node:readline';
import { INDEX_WAYS } from '../src/engine/collection/types.ts';
import { toAfterimageError } from '../src/engine/errors.ts';
import { parseBox } from '../src/engine/query/box/read-box.ts';
import { isEmpty, type Query } from '../src/engine/query/query.ts';
import type { SearchContext } from '../src/engine/search/search-engine.ts';
import { type NodeSearch, openNodeSearch } from '../src/platform/sessions/search.node.ts';
import { parseChoice, parseCount, parseOptions, runScript, usage } from './cli/cli.ts';
import { answer, toTable } from './query/answer.ts';
import { collectionOf, parseQueryOptions, QUERY_HELP, QUERY_OPTIONS, withQuery } from './query/query-options.ts';
import { PUBLIC_FOLDER } from './repository/folders.ts';

const HELP = `
Usage: pnpm query [<text>] [options]
       pnpm query --stdin [options] < queries.txt

Options:
  --collection <name>  folder name under public/collections (default: the one of in:, else demo)
  -k <number>          how many pictures (default: 10)
  --index <kind>       hnsw, exact, codes, blocks (codes, with vectors read as they are needed) or cells; default:
                       what the collection was built for
  --exact              --index exact: compare every picture
  --names              also find pictures whose title or file name has the words; the table says which
  --json               print {text, query, model_name, matches: [{id, image_name, title, score, similarity}], …}
${QUERY_HELP.slice(1)}  --stdin              one query a line in, each with the other options, one line of JSON a query out, {text, error}
                       for one that fails
`;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    collection: { type: 'string' },
    k: { type: 'string', short: 'k', default: '10' },
    index: { type: 'string' },
    exact: { type: 'boolean', default: false },
    names: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    stdin: { type: 'boolean', default: false },
    ...QUERY_OPTIONS,
  });
  const { exact, names, json, stdin } = values;
  const index = exact ? 'exact' : values.index && parseChoice(values.index, '--index', INDEX_WAYS);
  const k = parseCount(values.k, '-k');
  const text = positionals.join(' ').trim();
  if (stdin && text !== '') throw usage('--stdin takes its queries from the standard input alone');
  const query = parseQueryOptions(text, values);
  if (!stdin && isEmpty(query)) throw usage('There is nothing to search for');
  const collection = values.collection ?? collectionOf(query) ?? 'demo';
  const search = await openNodeSearch({ publicFolder: PUBLIC_FOLDER, collection, ...(index && { index }) });
  try {
    if (stdin) {
      await answerLines(search, query, k, { names });
    } else {
      const report = await answer(search, query, k, { names });
      console.log(json ? JSON.stringify(report) : toTable(report));
    }
  } finally {
    await search.dispose();
  }
});

/** Each line is read as the box reads it. One line out for each line in, also for one that cannot be answered, so that the two can be put side by side. */
async function answerLines(search: NodeSearch, query: Query, k: number, context: SearchContext): Promise<void> {
  for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const report = await answer(search, withQuery(parseBox(text), query), k, context).catch((error: unknown) => {
      const { code, message } = toAfterimageError(error);
      return { text, error: { code, message } };
    });
    console.log(JSON.stringify(report));
  }
}
