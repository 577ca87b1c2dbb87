/** Started by `prepareData`: `prepare.ts <kind> <count> …` makes the vectors of a kind and the exact answers. */
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { dataFolder, QUERY_COUNT, queriesFile, ROW_BYTES, readRows, sourceOf, truthFile, vectorsFile } from './data.ts';
import { type DataKind, DIM, K } from './protocol.ts';
import { createExactScan } from './truth.ts';

/** Rows written at a time. */
const CHUNK = 4096;
/** Rows compared at a time: half a MiB stays in the processor's cache while all queries look at it. */
const BLOCK = 256;

const kind = argv[2] as DataKind;
const counts = argv.slice(3).map(Number);

await mkdir(dataFolder(kind), { recursive: true });
await growVectors(Math.max(...counts));
await makeTruths(counts.filter((count) => !existsSync(truthFile({ kind, count }))));

async function growVectors(count: number): Promise<void> {
  const source = sourceOf(kind);
  const file = await open(vectorsFile(kind), 'a');
  try {
    const whole = Math.floor((await file.stat()).size / ROW_BYTES);
    await file.truncate(whole * ROW_BYTES); // a run that was cut off may have left half a row
    for (let row = whole; row < count; row += CHUNK) {
      await file.write(source.pictures(row, Math.min(CHUNK, count - row)));
    }
  } finally {
    await file.close();
  }
}

/** One pass over the vectors for all counts. */
async function makeTruths(missing: readonly number[]): Promise<void> {
  if (missing.length === 0) return;
  const queries = new Float32Array(QUERY_COUNT * DIM);
  for (const [i, query] of sourceOf(kind).queries(QUERY_COUNT).entries()) queries.set(query, i * DIM);
  await writeFile(queriesFile(kind), queries);
  const scan = createExactScan(queries, DIM, K);
  const fd = openSync(vectorsFile(kind), 'r');
  let row = 0;
  for (const count of [...missing].sort((a, b) => a - b)) {
    for (; row < count; row += BLOCK) scan.add(readRows(fd, row, Math.min(BLOCK, count - row)), row);
    row = count;
    writeFileSync(truthFile({ kind, count }), JSON.stringify(scan.truth()));
  }
  closeSync(fd);
}
