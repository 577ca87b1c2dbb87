/** Which hash of a picture tells its copies from other pictures. */
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseCount, parseOptions, runScript, usage } from '../cli/cli.ts';
import { HASHES } from './copies/hashes.ts';
import { measureHashes } from './copies/measure.ts';
import { describeHash } from './copies/report.ts';

const HELP = `
Usage: npx tsx scripts/eval/copies.ts <folder> [options]

Makes copies of each .jpg of a folder: encoded again, resized, cropped a little, in other brightness and colours. Says for
each kind of hash and each distance (bits that differ) how many copies of a kind are farther from their original than that,
and how many pairs of different pictures are not.

  --count <n>  only the first so many pictures
`;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, { count: { type: 'string' } });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw usage('copies takes one folder');
  const count = values.count === undefined ? Number.POSITIVE_INFINITY : parseCount(values.count, '--count', 2);
  const measured = await measureHashes(resolve(folder), count, (line) => console.error(line));
  const machine = `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'processor'}`;
  console.log(`${measured.pictures} pictures, ${machine}, ${new Date().toISOString().slice(0, 10)}\n`);
  for (const kind of HASHES.keys()) console.log(describeHash(kind, measured));
});
