import type { AfterimageError } from '../../engine/errors.ts';
import { isToldOf } from './places.ts';
import type { FailureToStore, FileFacts, KnownPicture, QueuePorts, WaitingFile } from './ports.ts';

/** Files that are written together. */
const TOGETHER = 32;

/** What becomes of files whose content needs no vector: it is known, or cannot be read. */
export interface Keeper<F> {
  /** The content is there: the picture has this file, too. */
  keep(file: WaitingFile<F>, picture: KnownPicture<F>): Promise<void>;
  fail(file: WaitingFile<F>, error: AfterimageError): Promise<void>;
  /** To be called before these files become a picture's. */
  prepare(files: readonly WaitingFile<F>[]): Promise<void>;
  /** These files are a picture's now: another one that was found under their paths is so no more. */
  replaced(files: readonly WaitingFile<F>[], key: number): Promise<void>;
  /** Write what has not been written yet. */
  flush(): Promise<void>;
}

export function createKeeper<F extends FileFacts>(ports: QueuePorts<F>): Keeper<F> {
  const { store } = ports;
  const folders = new Map<number, ReturnType<typeof store.filesOf>>();
  let kept: { readonly file: WaitingFile<F>; readonly picture: KnownPicture<F> }[] = [];
  let failures: FailureToStore[] = [];

  /** Read once a run, and kept up to date. */
  const pathsOf = (folder: number) => {
    const paths = folders.get(folder) ?? store.filesOf(folder);
    folders.set(folder, paths);
    return paths;
  };
  const prepare = async (files: readonly WaitingFile<F>[]) => {
    for (const { file } of files) if (file.folder !== null) await pathsOf(file.folder);
  };
  const replaced = async (files: readonly WaitingFile<F>[], key: number) => {
    for (const { file } of files) {
      if (file.folder === null) continue;
      const paths = await pathsOf(file.folder);
      const before = paths.get(file.path);
      paths.set(file.path, { key, file });
      if (before && before.key !== key) await takeFile(before.key, file, ports);
    }
  };
  const writeKept = async () => {
    const now = kept;
    kept = [];
    if (now.length === 0) return;
    await prepare(now.map(({ file }) => file));
    // Since it was found, a picture may have got other files.
    const pictures = await store.get([...new Set(now.map(({ picture }) => picture.key))]);
    const changes = new Map(pictures.map(({ key, files }) => [key, files]));
    for (const { file, picture } of now) {
      changes.set(picture.key, withFile(changes.get(picture.key) ?? [], file.file));
    }
    await store.setFiles(
      [...changes].map(([key, files]) => ({ key, files })),
      now.map(({ file }) => file.id),
    );
    for (const { file, picture } of now) await replaced([file], picture.key);
    const { item } = now.at(-1)?.picture ?? {};
    const newest = item ? { id: item.id, name: item.name } : null;
    ports.onProgress({ done: now.length, known: now.length, failed: 0, newest });
  };
  const writeFailures = async () => {
    const now = failures;
    failures = [];
    if (now.length === 0) return;
    await store.fail(now);
    ports.onProgress({ done: 0, known: 0, failed: now.length, newest: null });
  };

  return {
    async keep(file, picture) {
      kept.push({ file, picture });
      if (kept.length >= TOGETHER) await writeKept();
    },
    async fail({ id }, { code, message }) {
      failures.push({ id, code, reason: message });
      if (failures.length >= TOGETHER) await writeFailures();
    },
    prepare,
    replaced,
    async flush() {
      await writeKept();
      await writeFailures();
    },
  };
}

/** The files with this one, which takes the place of an older state of itself. */
function withFile<F extends FileFacts>(files: readonly F[], file: F): F[] {
  if (files.some((one) => isToldOf(file, one))) return [...files];
  const isOther = (one: F) => (one.folder !== file.folder || one.path !== file.path) && !isToldOf(one, file);
  return [...files.filter(isOther), file];
}

/** The picture is not found under this path any more. */
async function takeFile<F extends FileFacts>(
  key: number,
  { folder, path }: F,
  { store }: QueuePorts<F>,
): Promise<void> {
  const [picture] = await store.get([key]);
  if (!picture) return;
  const files = picture.files.filter((one) => one.folder !== folder || one.path !== path);
  if (files.length < picture.files.length) await store.setFiles([{ key, files }], []);
}
