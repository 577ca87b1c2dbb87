/** Started by `buildEngine`: `collect.ts <kind> <count> <engine>` writes what an engine of ours opens, and says how it went. */
import { closeSync, openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';
import { readRows, vectorsFile } from '../data/data.ts';
import { type Built, type DataKind, ORDER_FILE, type OwnEngineId } from '../protocol.ts';
import { engineFolder } from '../server.ts';
import { collectionParts } from './collection-parts.ts';

const set = { kind: argv[2] as DataKind, count: Number(argv[3]) };
const engine = argv[4] as OwnEngineId;
const folder = engineFolder(set, engine);
/** Milliseconds of reading and writing files. */
let files = 0;

async function atFiles<T>(work: () => Promise<T> | T): Promise<T> {
  const started = performance.now();
  const result = await work();
  files += performance.now() - started;
  return result;
}

const started = performance.now();
await mkdir(folder, { recursive: true });
const fd = openSync(vectorsFile(set.kind), 'r');
const parts = collectionParts({
  engine,
  count: set.count,
  rows: (first, count) => atFiles(() => readRows(fd, first, count)),
});
let step = await parts.next();
for (; !step.done; step = await parts.next()) {
  const { path, bytes } = step.value;
  await atFiles(() => writeFile(join(folder, path), bytes));
}
const { manifest, order } = step.value;
await atFiles(() => writeFile(join(folder, 'manifest.json'), manifest));
if (order) await atFiles(() => writeFile(join(folder, ORDER_FILE), order));
closeSync(fd);
console.log(JSON.stringify({ ms: performance.now() - started - files } satisfies Built));
