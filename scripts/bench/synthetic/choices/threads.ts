/**
 * Whether a second thread pays: codes scanned by the thread that asks, and by two others with half of the rows each.
 * What both do afterwards (candidates compared, answers put together) is left out, which flatters the two.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createKernels } from '../../../../src/engine/kernels/load.ts';
import { parseCount, parseOptions, runScript } from '../../../cli/cli.ts';
import { describeMachine } from '../../machine.ts';
import { median } from '../../stats.ts';

const HELP = `
Usage: npx tsx scripts/bench/synthetic/choices/threads.ts [--rounds <number>]
`;
const CODE_BYTES = 64;
const QUERY_AT = 64;
const CODES_AT = QUERY_AT + 4 * CODE_BYTES;
const SIZES = [100_000, 300_000, 1_000_000];
const SHIFT = 4;

/** A thread reads no TypeScript by itself. */
const START = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(import.meta.url)}); })`;

/** A scan of `rows` codes, in a memory of its own. */
function createScan(rows: number): () => void {
  const distancesAt = CODES_AT + rows * CODE_BYTES;
  const countsAt = distancesAt + 2 * Math.ceil(rows / 32) * 32;
  const { memory, nibbles, countDistances } = createKernels(countsAt + 4 * 2 ** 16);
  const bytes = new Uint8Array(memory.buffer, CODES_AT, rows * CODE_BYTES);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 2_654_435_761) >>> 24;
  new Int16Array(memory.buffer, QUERY_AT, 2 * CODE_BYTES).fill(100);
  const bias = 2 * CODE_BYTES * 15 * 100;
  return () => {
    nibbles(CODES_AT, CODE_BYTES, rows, QUERY_AT, bias, SHIFT, distancesAt);
    countDistances(distancesAt, rows, countsAt);
  };
}

async function startHalf(rows: number): Promise<{ scan(): Promise<unknown>; end(): Promise<unknown> }> {
  const worker = new Worker(START, { eval: true, execArgv: [], workerData: rows });
  await once(worker, 'message');
  return {
    scan() {
      worker.postMessage('scan');
      return once(worker, 'message');
    },
    end: () => worker.terminate(),
  };
}

async function measure(rows: number, rounds: number): Promise<{ one: number; two: number }> {
  const scan = createScan(rows);
  const halves = await Promise.all([startHalf(rows / 2), startHalf(rows / 2)]);
  const times = { one: [] as number[], two: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    scan();
    const between = performance.now();
    await Promise.all(halves.map((half) => half.scan()));
    times.one.push(between - start);
    times.two.push(performance.now() - between);
  }
  await Promise.all(halves.map((half) => half.end()));
  return { one: median(times.one), two: median(times.two) };
}

if (isMainThread) {
  await runScript(HELP, async (args) => {
    const { values } = parseOptions(args, { rounds: { type: 'string', default: '200' } });
    const rounds = parseCount(values.rounds, '--rounds');
    const { date, cpu, cores } = describeMachine('none');
    console.log(`${date}, ${cpu}, ${cores} cores; medians of ${rounds} interleaved scans, ms\n`);
    console.log('| codes | one thread | two threads | ratio |\n| --- | --- | --- | --- |');
    for (const rows of SIZES) {
      const { one, two } = await measure(rows, rounds);
      const cells = [rows.toLocaleString('en'), one.toFixed(2), two.toFixed(2), (one / two).toFixed(2)];
      console.log(`| ${cells.join(' | ')} |`);
    }
  });
} else {
  const scan = createScan(workerData as number);
  parentPort?.on('message', () => {
    scan();
    parentPort?.postMessage('done');
  });
  parentPort?.postMessage('ready');
}
