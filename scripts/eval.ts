/** Measure how well a collection answers, and whether the embedded model does what its MODEL.md says. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { AfterimageError } from '../src/engine/errors.ts';
import { openNodeSearch } from '../src/platform/sessions/search.node.ts';
import { parseCount, parseOptions, runScript, usage } from './cli/cli.ts';
import { measureCertainty } from './eval/certainty/measure.ts';
import { writeCalibration } from './eval/certainty/write.ts';
import { evaluate, evaluatePhotos } from './eval/evaluate.ts';
import { evaluateFeedback, type FeedbackFigures } from './eval/feedback/feedback.ts';
import { feedbackGroups } from './eval/feedback/groups.ts';
import { evaluateJudgements } from './eval/judgements/measure.ts';
import { judgementsTable } from './eval/judgements/report.ts';
import { evaluatePairs, pairsTable } from './eval/pairs/measure.ts';
import { readPhotos } from './eval/photos.ts';
import { emojiOfRows } from './eval/queries.ts';
import { compare, feedbackTable, type Report, toMarkdown, verdict } from './eval/report.ts';
import { evaluateRerank, rerankTable } from './eval/rerank.ts';
import { MODELS_FOLDER, PUBLIC_FOLDER } from './repository/folders.ts';

const HELP = `
Usage: pnpm eval [options]

Asks the demo collection (pnpm build-demo) for every name and keyword of its pictures in English and Spanish and for
things that it does not hold, draws a style that the embedded model was never trained on, and writes report.json and
report.md.

Options:
  --collection <name>  folder name under public/collections (default: demo); but for --pairs and --judgements its pictures must be
                       the demo's
  --calibrate          set how sure results are (calibration in model.json, and that of models that are added) on
                       one half of the queries before it is judged by the other
  --feedback           only what thumbs on results change, by simulated people; with --photos also on photographs
  --photos <folder>    ask photographs too: a folder with labels.json, an object of file names and what they show
  --rerank             only what a second look by the reranker in public/models changes: nDCG@10 before and after, the share
                       of queries in which a picture moved, milliseconds a query
  --queries <n>        with --rerank: how many names, and how many keywords (default: 100)
  --pairs <file>       only what an adapter of pnpm adapt would change, on pairs that it is not learned from: one picture in five
  --learn <n>          with --pairs: learn from so many pictures of each text, and hold out the others
  --judgements <file>  only how the queries of an exported log are answered, by the thumbs in it
  --out <folder>       where the report goes (default: eval-results)
`;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    collection: { type: 'string', default: 'demo' },
    calibrate: { type: 'boolean', default: false },
    feedback: { type: 'boolean', default: false },
    photos: { type: 'string' },
    rerank: { type: 'boolean', default: false },
    queries: { type: 'string', default: '100' },
    pairs: { type: 'string' },
    learn: { type: 'string' },
    judgements: { type: 'string' },
    out: { type: 'string', default: 'eval-results' },
  });
  if (positionals.length > 0) throw usage(`eval does not know "${positionals[0]}"`);
  const { collection } = values;
  const search = await openNodeSearch({ publicFolder: PUBLIC_FOLDER, collection });
  if (values.pairs !== undefined) {
    const perText = values.learn === undefined ? undefined : parseCount(values.learn, '--learn');
    const figures = await evaluatePairs(search, resolve(values.pairs), perText);
    await search.dispose();
    await write(resolve(values.out), [['pairs.json', `${JSON.stringify(figures, null, 2)}\n`]]);
    return console.log(pairsTable(figures));
  }
  if (values.judgements !== undefined) {
    const figures = await evaluateJudgements(search, resolve(values.judgements));
    await search.dispose();
    await write(resolve(values.out), [['judgements.json', `${JSON.stringify(figures, null, 2)}\n`]]);
    return console.log(judgementsTable(figures));
  }
  if ((await emojiOfRows(search.items)).size === 0) {
    throw usage(`eval knows what is right for pictures of the demo collection only, and ${collection} has none`);
  }
  if (values.feedback) {
    const groups = await feedbackGroups(
      search,
      values.photos === undefined ? [] : await readPhotos(resolve(values.photos)),
    );
    const figures: FeedbackFigures[] = [];
    for (const group of groups) {
      console.error(`thumbs: ${group.title}`);
      figures.push(...(await evaluateFeedback(group, search.encoder)));
    }
    console.log(feedbackTable(figures));
    return search.dispose();
  }
  if (values.rerank) {
    const log = (line: string) => console.error(line);
    const options = { publicFolder: PUBLIC_FOLDER, collection, queries: parseCount(values.queries, '--queries'), log };
    const figures = await evaluateRerank(search, options);
    await search.dispose();
    await write(resolve(values.out), [['rerank.json', `${JSON.stringify(figures, null, 2)}\n`]]);
    return console.log(rerankTable(figures));
  }
  const photographs = values.photos === undefined ? [] : await readPhotos(resolve(values.photos));
  const { groups: drawn, ...evaluation } = await evaluate(search, (line) => console.error(line));
  const { group, ...photos } = photographs.length > 0 ? await evaluatePhotos(photographs, search) : {};
  const groups = group ? [...drawn, group] : drawn;
  const calibration = values.calibrate ? await writeCalibration(search.model.id, groups) : search.model.calibration;
  const modelText = await readFile(join(MODELS_FOLDER, search.model.id, 'MODEL.md'), 'utf8').catch(() => '');
  const report: Report = {
    collection,
    model: search.model.id,
    pictures: search.manifest.count,
    date: new Date().toISOString().slice(0, 10),
    machine: `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'processor'}`,
    ...evaluation,
    ...('names' in photos && { photos }),
    certainty: calibration ? measureCertainty(groups, calibration) : [],
    comparison: compare(modelText, evaluation),
  };
  await search.dispose();
  await writeReport(resolve(values.out), report);
  console.log(toMarkdown(report));
  console.log(verdict(report));
});

function writeReport(folder: string, report: Report): Promise<void> {
  return write(folder, [
    ['report.json', `${JSON.stringify(report, null, 2)}\n`],
    ['report.md', toMarkdown(report)],
  ]);
}

async function write(folder: string, files: readonly (readonly [string, string])[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of files) await writeFile(join(folder, name), content);
  } catch (error) {
    throw new AfterimageError('not-writable', `${folder} cannot be written: ${(error as Error).message}`);
  }
}
