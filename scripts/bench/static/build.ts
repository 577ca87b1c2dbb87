/** Started by `prepare`: `build.ts <kind> <count> <index> <folder> <order>` writes a collection, and the order of its rows, and says what it took. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv, cpuUsage, resourceUsage } from 'node:process';
import { stringifyManifest } from '../../../src/engine/collection/manifest.ts';
import { type EncodedPart, encodeCollection } from '../../../src/engine/collection/writer.ts';
import { buildCells } from '../../../src/indexing/cells/build-cells.ts';
import type { Rows } from '../../../src/indexing/cells/store-rows.ts';
import { ROWS_PER_CODED_BLOCK } from '../../../src/indexing/indexes/make-codes.ts';
import { createFolderStore } from '../../../src/platform/collections/collection-store.node.ts';
import { sha256 } from '../../../src/platform/hashes/sha256.node.ts';
import { type Collected, collectionParts, descriptionOf, itemOf } from '../vectors/build/collection-parts.ts';
import { type DataKind, DIM } from '../vectors/protocol.ts';
import { type Kind, syntheticOf } from './sets.ts';

const [kind, count, index, folder] = [argv[2] as DataKind, Number(argv[3]), argv[4] as Kind, argv[5] as string];
const CHUNK = 8192;
const synthetic = syntheticOf(kind);
/** What making vectors took: milliseconds, and microseconds of the processors. */
let [making, makingCpu] = [0, 0];

const cpuMicroseconds = () => {
  const { user, system } = cpuUsage();
  return user + system;
};

function pictures(first: number, rows: number): Float32Array<ArrayBuffer> {
  const [begun, cpuBefore] = [performance.now(), cpuMicroseconds()];
  const made = synthetic.pictures(first, rows);
  making += performance.now() - begun;
  makingCpu += cpuMicroseconds() - cpuBefore;
  return made;
}

const firsts = function* () {
  for (let first = 0; first < count; first += CHUNK) yield { first, rows: Math.min(CHUNK, count - first) };
};

const given: Rows<null> = {
  ...{ count, dim: DIM, identity: `${kind} ${count}` },
  async *vectors() {
    for (const { first, rows } of firsts()) yield pictures(first, rows);
  },
  async *batches() {
    for (const { first, rows } of firsts()) {
      const items = Array.from({ length: rows }, (_, i) => itemOf(first + i));
      yield { rows: first, vectors: pictures(first, rows), items };
    }
  },
  found: () => null,
};

async function* cellsParts(): AsyncGenerator<EncodedPart, Collected> {
  const work = await createFolderStore(folder).work();
  const description = descriptionOf(count);
  const options = { model: description.model.sha256, onProgress: () => {}, signal: new AbortController().signal };
  const { items, vectors, cells, order } = await buildCells(given, work, options);
  const content = { ...description, items, vectors, cells, rowsPerBlock: ROWS_PER_CODED_BLOCK };
  const manifest = yield* encodeCollection({ ...content, index: 'cells', sha256 });
  await work.removeAll();
  return { manifest: stringifyManifest(manifest), order };
}

const started = performance.now();
await mkdir(folder, { recursive: true });
const parts =
  index === 'cells'
    ? cellsParts()
    : collectionParts({ engine: index, count, rows: async (first, rows) => pictures(first, rows) });
let step = await parts.next();
for (; !step.done; step = await parts.next()) await writeFile(join(folder, step.value.path), step.value.bytes);
const { manifest, order = new Uint32Array() } = step.value;
await writeFile(join(folder, 'manifest.json'), manifest);
await writeFile(argv[6] as string, order);
const seconds = (performance.now() - started - making) / 1000;
const cpuSeconds = (cpuMicroseconds() - makingCpu) / 1e6;
console.log(JSON.stringify({ seconds, cpuSeconds, peakBytes: 1024 * resourceUsage().maxRSS }));
