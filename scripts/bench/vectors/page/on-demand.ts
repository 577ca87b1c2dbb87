import type { Embedding } from '../../../../src/engine/numeric/embedding.ts';
import { type Answer, DIM, K, type OnDemand } from '../protocol.ts';
import { rowsOf } from './ask.ts';
import { openIndex, readOrder, searcherOf } from './engines/collection.ts';
import type { Files, Wire } from './sources.ts';

/** Each query fetches what no earlier one did, as with the app's `?index=blocks`. `files`: those of `codes`, counted by `wire`. */
export async function measureOnDemand(
  files: Files,
  wire: Wire,
  queries: Float32Array,
  count: number,
): Promise<OnDemand> {
  const { index, prepare } = await openIndex(files, 'blocks');
  const searcher = searcherOf(index, await readOrder(files));
  const before = { ...wire };
  const answers: Answer[] = [];
  for (let i = 0; i < count; i++) {
    const query = queries.slice(i * DIM, (i + 1) * DIM);
    const started = performance.now();
    await prepare?.(query as Embedding);
    const found = searcher.search(query, K);
    answers.push({ rows: rowsOf(searcher, found), ms: performance.now() - started });
  }
  const [queryBytes, requests] = [wire.bytes - before.bytes, wire.requests - before.requests];
  return { startBytes: before.bytes, queryBytes, requests, answers };
}
