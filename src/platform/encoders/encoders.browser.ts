import { memoise } from '../../engine/async/cached/memoise.ts';
import type { CollectionManifest } from '../../engine/collection/types.ts';
import type { ModelManifest } from '../../engine/model/model.ts';
import type { EncoderInfo, EncoderRequest } from '../../protocol/query-worker.ts';
import type { HttpSource } from '../bytes/http-source.browser.ts';
import { loadCode } from '../bytes/load-code.browser.ts';
import { beginRuntime, type Device, type OnEvent, readTower } from '../models/tower-files.browser.ts';
import type { BrowserTextEncoder } from './clip.browser.ts';
import { type CurrentEncoder, createCurrentEncoder } from './pool/current-encoder.ts';
import { createEncoderPool, type HeldEntry } from './pool/encoder-pool.ts';

/** Where files come from and who is told, once the page has connected. */
export interface Connection {
  /** Of the site, with a `/` at its end. */
  readonly baseUrl: string;
  readonly source: HttpSource;
  readonly emit: OnEvent;
}

/** The text encoder of the open collection, and what is read ahead for it. */
export interface Encoders extends Pick<CurrentEncoder<BrowserTextEncoder>, 'current' | 'load'> {
  /** The encoder of another model beside the current one, held. */
  beside(made: CollectionManifest, request: EncoderRequest): Promise<HeldEntry<BrowserTextEncoder>>;
  /** Begin to load the code: most of the worker's. What goes wrong is told by `load`. */
  warmUp(): void;
  /** Begin to read the runtime of a device, for which no collection has to be known, unless an encoder is there. */
  readRuntime(device: Device): void;
  /**
   * Begin to read the files that queries to `made` need, unless an encoder is there.
   * @returns the model, which is known before its tower is loaded; undefined where an encoder is there
   */
  readModel(made: CollectionManifest, device: Device): Promise<ModelManifest | undefined>;
}

export function createEncoders(connected: () => Connection): Encoders {
  const clip = memoise(() => loadCode(() => import('./clip.browser.ts')));
  const runtimes = createAhead((device: Device) => {
    const { source, emit } = connected();
    return beginRuntime(source, device, emit);
  });
  const towers = createAhead((made: CollectionManifest, device: Device) => {
    const { source, emit } = connected();
    return readTower(source, made, device, runtimes.take(device), emit);
  });
  const pool = createEncoderPool<BrowserTextEncoder>(poolBytes());
  const encoder = createCurrentEncoder(pool, async (made, { device, threads }, makeRoom) => {
    const files = towers.take(made, device);
    return (await clip.get()).loadBrowserTextEncoder(files, threads, connected().emit, makeRoom);
  });

  return {
    current: encoder.current,
    load: encoder.load,
    beside: (made, request) =>
      encoder.beside(made, request, async (makeRoom) => {
        const { source, emit } = connected();
        // Read by the caller: what is told of it here would be taken for the current one's.
        const files = readTower(source, made, request.device, runtimes.take(request.device), withoutProgress(emit));
        return (await clip.get()).loadBrowserTextEncoder(files, request.threads, emit, makeRoom);
      }),
    warmUp: () => void clip.get().catch(() => undefined),
    readRuntime(device) {
      if (!encoder.current()) runtimes.begin(device);
    },
    async readModel(made, device) {
      if (encoder.current()) return undefined;
      return towers.begin(made, device).manifest;
    },
  };
}

function withoutProgress(emit: OnEvent): OnEvent {
  return (event) => emit(event.type === 'progress' ? { type: 'heartbeat' } : event);
}

/**
 * What the encoders of a worker may take together: an eighth of the machine's memory, 1 GiB at most, because they share
 * onnxruntime's heap, which ends at 4 GiB and never gets smaller, and the tab holds an index besides. That is room for two
 * or three large text towers (of SigLIP 2 one takes 283 MB) or for a dozen small ones. Browsers that do not tell how much
 * memory there is are those of phones, too: there it is what a phone of 2 GiB has.
 */
function poolBytes(): number {
  const { deviceMemory = 2 } = navigator as { readonly deviceMemory?: number }; // in GiB, rounded
  return (Math.min(8, deviceMemory) / 8) * 2 ** 30;
}

/** Something that is begun before it is asked for. */
function createAhead<Args extends readonly unknown[], T>(start: (...args: Args) => T) {
  let ahead: { readonly args: Args; readonly begun: T } | undefined;
  const isFor = (args: Args) => ahead?.args.every((arg, i) => arg === args[i]) === true;
  return {
    begin(...args: Args): T {
      if (ahead && isFor(args)) return ahead.begun;
      const begun = start(...args);
      ahead = { args, begun };
      return begun;
    },
    /** What was begun with these arguments, once; else it begins now. */
    take(...args: Args): T {
      const taken = ahead;
      const fits = isFor(args);
      ahead = undefined;
      return taken && fits ? taken.begun : start(...args);
    },
  };
}

export function encoderInfo(
  request: EncoderRequest,
  { manifest, dtype, threads, golden }: BrowserTextEncoder,
): EncoderInfo {
  return {
    modelId: manifest.id,
    modelTitle: manifest.title,
    modelCan: manifest.can,
    modelCannot: manifest.cannot,
    modelLicence: manifest.licence,
    dim: manifest.dim,
    device: request.device,
    deviceReason: request.deviceReason,
    dtype,
    threads,
    golden,
  };
}
