import { AfterimageError } from '../../engine/errors.ts';
import type { Rendition } from '../../indexing/ports.ts';
import type { EmbeddedPicture, LibraryPage, LibraryWorkerApi } from '../../protocol/library-worker.ts';
import {
  createVisionWorkers,
  type VisionOptions,
  type VisionWorkers,
} from '../encoders/vision/vision-workers.browser.ts';
import { sha256 } from '../hashes/sha256.ts';
import type { Device } from '../models/tower-files.browser.ts';
import { createBrowserDecoder } from '../pictures/decode.browser.ts';

export interface QueryPicturesOptions extends Omit<VisionOptions, 'device' | 'threads'> {
  readonly device: Promise<{ readonly device: Device; readonly threads: number }>;
  readonly draw: LibraryPage['draw'];
}

/** A tower that nobody needs any more gives its memory back after so long. */
const IDLE_MS = 120_000;

type Model = Parameters<LibraryWorkerApi['embed']>[1];

/**
 * Embeds pictures that are searched for. In a worker of their own: one realm runs one thing at a time, and a query does not
 * wait for the batches of a library that is being made. Of several models the newest stays loaded.
 */
export function createQueryPictures(options: QueryPicturesOptions): LibraryWorkerApi['embed'] {
  let tower: Promise<VisionWorkers> | undefined;
  let wanted: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** One after the other: a tower is not exchanged under a picture. */
  let last: Promise<unknown> = Promise.resolve();

  const close = () => {
    void tower?.then((workers) => workers.close());
    tower = undefined;
    wanted = undefined;
  };
  const towerOf = ({ model }: Model): Promise<VisionWorkers> => {
    if (wanted !== model.sha256) close();
    wanted = model.sha256;
    tower ??= options.device.then((how) => createVisionWorkers({ ...options, ...how }));
    return tower;
  };
  const embed = async (file: Blob, model: Model): Promise<EmbeddedPicture> => {
    clearTimeout(timer);
    try {
      const bytes = new Uint8Array(await readAll(file));
      const workers = await towerOf(model);
      const { preprocessor } = await workers.load(model);
      const decoder = createBrowserDecoder({ preprocessor, draw: options.draw });
      const { pixels, thumbnail } = await decoder.decode(bytes, false);
      const [embedding] = await workers.encode([pixels]);
      if (!embedding) throw new AfterimageError('internal', 'The vision encoder gave no embedding.');
      return { sha256: await sha256(bytes), embedding, thumbnail: blobOf(thumbnail) };
    } finally {
      timer = setTimeout(close, IDLE_MS);
    }
  };
  return (file, model) => {
    const done = last.then(() => embed(file, model));
    last = done.catch(() => undefined);
    return done;
  };
}

function blobOf({ bytes, extension }: Rendition): Blob {
  return new Blob([Uint8Array.from(bytes)], { type: `image/${extension === 'jpg' ? 'jpeg' : extension}` });
}

/** @throws AfterimageError `picture-unavailable` */
async function readAll(file: Blob): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (cause) {
    throw new AfterimageError('picture-unavailable', 'The file cannot be read. It may have been moved or deleted.', {
      cause,
    });
  }
}
