/** Started by `prepareData`: `prepare.ts <kind> <count> …` makes the vectors of a kind and the exact answers. */
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { type DataKind, DIM, K } from '../protocol.ts';
import {
  dataFolder,
  MOST_QUERIES,
  queriesFile,
  queryCountOf,
  ROW_BYTES,
  readQueries,
  readRows,
  sourceOf,
  truthFile,
  vectorsFile,
} from './data.ts';
import { createExactScan } from './truth.ts';

/** Rows written at a time. */
const CHUNK = 4096;
/** Rows compared at a time: half a MiB stays in the processor's cache while all queries look at it. */
const BLOCK = 256;

const kind = argv[2] as DataKind;
const counts = argv.slice(3).map(Number);

await mkdir(dataFolder(kind), { recursive: true });
await growVectors(Math.max(...counts));
await makeQueries();
for (const count of counts) if (!existsSync(truthFile({ kind, count }))) makeTruth(count);

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

async function makeQueries(): Promise<void> {
  if (existsSync(queriesFile(kind))) return;
  const queries = new Float32Array(MOST_QUERIES * DIM);
  for (const [i, query] of sourceOf(kind).queries(MOST_QUERIES).entries()) queries.set(query, i * DIM);
  // Not seen until it is whole: a run may be cut off.
  await writeFile(`${queriesFile(kind)}.part`, queries);
  await rename(`${queriesFile(kind)}.part`, queriesFile(kind));
}

function makeTruth(count: number): void {
  const scan = createExactScan(readQueries(kind, queryCountOf(count)), DIM, K);
  const fd = openSync(vectorsFile(kind), 'r');
  for (let row = 0; row < count; row += BLOCK) scan.add(readRows(fd, row, Math.min(BLOCK, count - row)), row);
  closeSync(fd);
  writeFileSync(truthFile({ kind, count }), JSON.stringify(scan.truth()));
}
