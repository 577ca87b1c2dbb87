/** Whether every one of many files of all kinds is in the collection as it was drawn, or named with a true reason. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseCount, parseOnlyOptions, runScript, usage } from '../cli/cli.ts';
import { buildAndRead } from './many-files/build.ts';
import { check } from './many-files/check.ts';
import { FORMATS, type Format } from './many-files/formats.ts';
import { makeFiles } from './many-files/make.ts';
import { describeVerdicts } from './many-files/report.ts';

const HELP = `
Usage: npx tsx scripts/eval/many-files.ts [options]

Makes small pictures of four colours in all formats that are read, with dates in all places, a fifth of them damaged or no
pictures; runs build-index over them; and looks at each: it must be in the collection with its colours, size and date, or
named with a reason that is true. Prints tables, and each file that is wrong. Exit code 1 if one is.

  --count <n>      how many files (default: 10000)
  --seed <n>       other files for another number (default: 1)
  --only <list>    formats of these families alone, such as RAW,HEIC
  --keep <folder>  make files and collection there, and leave them
`;

await runScript(HELP, async (args) => {
  const values = parseOnlyOptions(args, {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    keep: { type: 'string' },
  });
  const formats = formatsOf(values.only);
  const [count, seed] = [parseCount(values.count, '--count'), parseCount(values.seed, '--seed', 0)];
  const work = values.keep === undefined ? await mkdtemp(join(tmpdir(), 'afterimage-many-')) : resolve(values.keep);
  try {
    const folder = join(work, 'pictures');
    await mkdir(folder, { recursive: true });
    const files = await makeFiles(folder, count, seed, formats);
    const built = await buildAndRead(folder, work);
    const verdicts = check(files, built);
    console.log(describeVerdicts(verdicts));
    if (verdicts.some(({ outcome }) => outcome === 'wrong')) process.exitCode = 1;
  } finally {
    if (values.keep === undefined) await rm(work, { recursive: true, force: true });
  }
});

function formatsOf(only: string | undefined): readonly Format[] {
  if (only === undefined) return FORMATS;
  const families = only.split(',').map((one) => one.trim().toLowerCase());
  const chosen = FORMATS.filter(({ family }) => families.includes(family.toLowerCase()));
  if (chosen.length > 0) return chosen;
  const known = [...new Set(FORMATS.map(({ family }) => family))].join(', ');
  throw usage(`--only takes families of formats: ${known}`);
}
