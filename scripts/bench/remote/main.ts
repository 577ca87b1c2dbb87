import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseCount, parseOnlyOptions } from '../../cli/cli.ts';
import { type ChromaServer, startChroma } from '../../push/chroma-server.ts';
import { ROOT_FOLDER } from '../../repository/folders.ts';
import { describeMachine, sentence } from '../machine.ts';
import { demoSet, type RemoteSet, syntheticSet } from './data.ts';
import { type Measured, measureRemote } from './measure.ts';

const OPTIONS = {
  count: { type: 'string', default: '20000' },
  ef: { type: 'string', default: '100,200,400' },
  json: { type: 'string', default: join(ROOT_FOLDER, 'bench-results/remote.json') },
} as const;

/** What a server finds, and how long it takes, beside an exact scan. See `pnpm bench --help`. */
export async function benchRemote(args: readonly string[]): Promise<void> {
  const values = parseOnlyOptions(args, OPTIONS);
  const beams = values.ef.split(',').map((ef) => parseCount(ef, '--ef'));
  const sets = [await demoSet(), syntheticSet(parseCount(values.count, '--count'))];
  const server = await startChroma(8770);
  try {
    const measured: Measured[] = [];
    for (const set of sets) for (const ef of beams) measured.push(await measureOne(server, set, ef));
    const machine = describeMachine('no browser');
    await mkdir(dirname(values.json), { recursive: true });
    await writeFile(values.json, `${JSON.stringify({ machine, measured }, null, 2)}\n`);
    console.log(`\n${sentence(machine)}\n\n${table(measured)}`);
  } finally {
    await server.remove();
  }
}

async function measureOne(server: ChromaServer, set: RemoteSet, ef: number): Promise<Measured> {
  console.error(`${set.name}, ef_search ${ef} …`);
  return measureRemote(server.url, set, ef);
}

const HEAD = [
  ...['set', 'vectors', 'ef_search', 'sent in s', 'recall@10', '@200', '@10 of half', '@10 of 10 %', '@10 of 1 %'],
  ...['p50 ms', 'p95 ms', 'kB an answer'],
];

function table(measured: readonly Measured[]): string {
  const rows = measured.map(({ set, count, ef, pushSeconds, recall, ms, kilobytes }) => [
    ...[set, count.toLocaleString('en'), ef, pushSeconds.toFixed(1)],
    ...[recall.ten, recall.twoHundred, recall.half, recall.tenth, recall.hundredth].map((share) => share.toFixed(4)),
    ...[ms.p50.toFixed(1), ms.p95.toFixed(1), kilobytes.toFixed(1)],
  ]);
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
