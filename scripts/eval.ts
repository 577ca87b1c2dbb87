/** Measure how well a collection of emoji pictures answers, and whether it does what MODEL.md says. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { AfterimageError } from '../src/engine/errors.ts';
import { openNodeSearch } from '../src/platform/sessions/search.node.ts';
import { parseOptions, runScript, usage } from './cli/cli.ts';
import { evaluate } from './eval/evaluate.ts';
import { emojiOfRows } from './eval/queries.ts';
import { compare, type Report, toMarkdown, verdict } from './eval/report.ts';
import { MODELS_FOLDER, PUBLIC_FOLDER } from './repository/folders.ts';

const HELP = `
Usage: pnpm eval [options]

Asks the demo collection (pnpm build-demo) for every name and keyword of its pictures in English and Spanish and for
things that it does not hold, and writes report.json and report.md.

Options:
  --collection <name>  folder name under public/collections (default: demo); its pictures must be the demo's
  --out <folder>       where the report goes (default: eval-results)
`;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    collection: { type: 'string', default: 'demo' },
    out: { type: 'string', default: 'eval-results' },
  });
  if (positionals.length > 0) throw usage(`eval does not know "${positionals[0]}"`);
  const { collection } = values;
  const search = await openNodeSearch({ publicFolder: PUBLIC_FOLDER, collection });
  if ((await emojiOfRows(search.items)).size === 0) {
    throw usage(`eval knows what is right for pictures of the demo collection only, and ${collection} has none`);
  }
  const evaluation = await evaluate(search, (line) => console.error(line));
  const modelText = await readFile(join(MODELS_FOLDER, search.model.id, 'MODEL.md'), 'utf8').catch(() => '');
  const report: Report = {
    collection,
    model: search.model.id,
    pictures: search.manifest.count,
    date: new Date().toISOString().slice(0, 10),
    machine: `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'processor'}`,
    ...evaluation,
    comparison: compare(modelText, evaluation.retrieval),
  };
  await search.dispose();
  await writeReport(resolve(values.out), report);
  console.log(toMarkdown(report));
  console.log(verdict(report));
});

async function writeReport(folder: string, report: Report): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
    await writeFile(join(folder, 'report.md'), toMarkdown(report));
  } catch (error) {
    throw new AfterimageError('not-writable', `${folder} cannot be written: ${(error as Error).message}`);
  }
}
