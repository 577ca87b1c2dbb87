import type { Connection } from '../database/connection.browser.ts';
import { toLibraryError } from '../database/errors.browser.ts';
import type { RenditionRecord } from '../database/schema.browser.ts';
import type { StoredRendition } from '../library-store.ts';
import { openPacks, type Packs } from './packs.browser.ts';

export interface NewRendition extends StoredRendition {
  readonly path: string;
}

/** The bytes of renditions. Where each is says its record, which is stored with the picture's. */
export interface Renditions {
  /** Store the bytes. Nobody finds them before the records are stored too. @throws AfterimageError `quota-exceeded` … */
  write(renditions: readonly NewRendition[]): Promise<RenditionRecord[]>;
  read(path: string): Promise<StoredRendition | undefined>;
  /** Undo `write`. */
  discard(records: readonly RenditionRecord[]): Promise<void>;
  /** Do what writes renditions and then their records: nothing is tidied up meanwhile, in other tabs neither. */
  whileWriting<T>(work: () => Promise<T>): Promise<T>;
  /** Do what must not come between renditions and their records. */
  whileTidying<T>(work: () => Promise<T>): Promise<T>;
  /** Delete files and stretches of files that no record names. Never throws: it is tried again the next time. */
  tidy(): Promise<void>;
  /** Forget records whose bytes are not there, and tidy. Nothing is forgotten where files cannot be looked at now. */
  repair(): Promise<void>;
}

export function createRenditions(name: string, connection: Connection): Renditions {
  let opened: Promise<Packs | undefined> | undefined;
  const packs = () => {
    opened ??= openPacks(name);
    return opened;
  };
  const lock = `${name} renditions`;
  const locked = async <T>(mode: LockMode, work: () => Promise<T>): Promise<T> =>
    'locks' in navigator ? await navigator.locks.request(lock, { mode }, work) : await work();
  const lookUp = (path: string) => connection.run((database) => database.get('renditions', path));

  async function bytesOf(record: RenditionRecord) {
    return 'bytes' in record ? record.bytes : (await packs())?.read(record.pack, record.offset, record.length);
  }

  return {
    whileWriting: (work) => locked('shared', work),
    whileTidying: (work) => locked('exclusive', work),
    async write(renditions) {
      if (renditions.length === 0) return [];
      return await place(await packs(), renditions);
    },
    async read(path) {
      // Twice: between look-up and reading, its file may have been replaced by another.
      for (let attempt = 0; attempt < 2; attempt++) {
        const record = await lookUp(path);
        const bytes = record && (await bytesOf(record));
        if (record && bytes) return { bytes, type: record.type };
        if (!record) return undefined;
      }
      return undefined;
    },
    async discard(records) {
      await (await packs())?.delete(packsOf(records));
    },
    async tidy() {
      const files = await packs();
      if (files) await tidyPacks(files, await inspect(files, connection), connection).catch(() => undefined);
    },
    async repair() {
      const files = await packs();
      if (!files) return;
      const found = await inspect(files, connection);
      await forgetMissing(found, connection);
      await tidyPacks(files, found, connection).catch(() => undefined);
    },
  };
}

/** Into one new file, or into the records themselves where there are no files. */
async function place(packs: Packs | undefined, renditions: readonly NewRendition[]): Promise<RenditionRecord[]> {
  if (!packs) return renditions.map(({ path, type, bytes }) => ({ path, type, bytes }));
  const all = new Uint8Array(renditions.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let end = 0;
  const places = renditions.map(({ path, type, bytes }) => {
    all.set(bytes, end);
    end += bytes.length;
    return { path, type, offset: end - bytes.length, length: bytes.length };
  });
  try {
    const pack = await packs.write(all);
    return places.map((one) => ({ ...one, pack }));
  } catch (error) {
    throw toLibraryError(error);
  }
}

type Packed = Extract<RenditionRecord, { pack: string }>;

function isPacked(record: RenditionRecord): record is Packed {
  return 'pack' in record;
}

function packsOf(records: readonly RenditionRecord[]): Set<string> {
  return new Set(records.filter(isPacked).map(({ pack }) => pack));
}

/** Records by the file that they are in. The index has only those that are in one. */
async function packedRecords(connection: Connection): Promise<Map<string, Packed[]>> {
  const records = await connection.run((database) => database.getAllFromIndex('renditions', 'pack'));
  const byPack = new Map<string, Packed[]>();
  for (const record of records.filter(isPacked)) {
    const same = byPack.get(record.pack);
    if (same) same.push(record);
    else byPack.set(record.pack, [record]);
  }
  return byPack;
}

/** What is in the files, and what should be. */
interface Inspection {
  readonly sizes: ReadonlyMap<string, number>;
  readonly records: ReadonlyMap<string, readonly Packed[]>;
}

async function inspect(packs: Packs, connection: Connection): Promise<Inspection> {
  const [sizes, records] = await Promise.all([packs.sizes(), packedRecords(connection)]);
  return { sizes, records };
}

async function tidyPacks(packs: Packs, { sizes, records }: Inspection, connection: Connection): Promise<void> {
  await packs.delete([...sizes.keys()].filter((pack) => !records.has(pack)));
  for (const [pack, inside] of records) {
    const used = inside.reduce((sum, { length }) => sum + length, 0);
    if (2 * used < (sizes.get(pack) ?? 0)) await repack(pack, inside, packs, connection);
  }
}

/** Move what is used of a file into a new one. */
async function repack(pack: string, inside: readonly Packed[], packs: Packs, connection: Connection): Promise<void> {
  const renditions: NewRendition[] = [];
  for (const { path, type, offset, length } of inside) {
    const bytes = await packs.read(pack, offset, length);
    if (!bytes) return; // damaged: that is for the check to say
    renditions.push({ path, type, bytes });
  }
  const moved = await place(packs, renditions);
  await connection.write(['renditions'], async (transaction) => {
    await Promise.all(moved.map((record) => transaction.objectStore('renditions').put(record)));
  });
  await packs.delete([pack]);
}

async function forgetMissing({ sizes, records }: Inspection, connection: Connection): Promise<void> {
  const isMissing = ({ pack, offset, length }: Packed) => offset + length > (sizes.get(pack) ?? 0);
  const missing = [...records.values()].flat().filter(isMissing);
  if (missing.length === 0) return;
  await connection.write(['renditions'], async (transaction) => {
    await Promise.all(missing.map(({ path }) => transaction.objectStore('renditions').delete(path)));
  });
}
