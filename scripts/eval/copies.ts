/** Which copies of pictures are found, and which other pictures pass for copies. */
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseCount, parseOptions, runScript, usage } from '../cli/cli.ts';
import { measureCopies } from './copies/measure.ts';
import { describeMeasured } from './copies/report.ts';
import { timeCopies } from './copies/time.ts';

const HELP = `
Usage: npx tsx scripts/eval/copies.ts <folder> [options]

Makes copies of the pictures of a folder: encoded again, resized, cropped, in other brightness and colours, with a border or a
mark. Says for the perceptual hash and the signature, at several thresholds, how many copies of a kind are found, and how many
pairs of different pictures pass for copies. Of drawings, names say which differ only in colour.

  --count <n>    only the first so many pictures
  --copied <n>   make copies of so many of them, evenly spread (default: all)
  --time <n>     only say how long it takes to find the copies among so many pictures, by their signatures
`;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    count: { type: 'string' },
    copied: { type: 'string' },
    time: { type: 'string' },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw usage('copies takes one folder');
  const all = Number.POSITIVE_INFINITY;
  const count = values.count === undefined ? all : parseCount(values.count, '--count', 2);
  const copied = values.copied === undefined ? all : parseCount(values.copied, '--copied', 1);
  const machine = `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'processor'}`;
  console.log(`${machine}, ${new Date().toISOString().slice(0, 10)}\n`);
  if (values.time !== undefined) {
    const time = await timeCopies(resolve(folder), parseCount(values.time, '--time', 2), 0.98);
    const { pictures, pairs, seconds, processor } = time;
    console.log(
      `${pictures} pictures, ${pairs} pairs: ${seconds.toFixed(1)} s, ${processor.toFixed(1)} s of the processor`,
    );
    return;
  }
  const measured = await measureCopies(resolve(folder), { count, copied, say: (line) => console.error(line) });
  console.log(describeMeasured(measured));
});
