import { createLiveIndex } from '../../../../src/engine/index/live/live-index.ts';
import type { Embedding } from '../../../../src/engine/numeric/embedding.ts';
import type { Live } from '../protocol.ts';
import { ask } from './ask.ts';
import { openIndex, searcherOf } from './engines/collection.ts';
import type { Files, Rows } from './sources.ts';

const QUERIES = 100;
/** Rows that the base takes in between two searches. */
const STEP = 8;

export async function measureLive(
  id: 'hnsw' | 'exact',
  rows: Rows,
  files: Files,
  additions: number,
  queries: Float32Array,
): Promise<Live> {
  const { index: base } = await openIndex(files, id);
  const index = createLiveIndex(base, rows.count);
  const added = await rows.some(rows.count, additions);
  const answer = () => ask(searcherOf(index), queries, 0, QUERIES);
  answer(); // what is compiled while it runs is compiled now
  const addMs = timed(() => {
    for (let at = 0; at < added.length; at += rows.dim) index.add(added.subarray(at, at + rows.dim) as Embedding);
  });
  const waiting = answer();
  const steps: number[] = [];
  while (index.waiting > 0) steps.push(timed(() => index.absorb(STEP)));
  const absorbMs = steps.reduce((sum, ms) => sum + ms, 0);
  return { addMs, waiting, absorbMs, longestStepMs: Math.max(...steps), absorbed: answer() };
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
