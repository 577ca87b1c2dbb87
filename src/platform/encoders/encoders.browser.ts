import type { CollectionManifest } from '../../engine/collection/types.ts';
import type { ModelManifest } from '../../engine/model/model.ts';
import type { EncoderInfo, EncoderRequest } from '../../protocol/query-worker.ts';
import { memoise } from '../async/memoise.ts';
import type { HttpSource } from '../bytes/http-source.browser.ts';
import { type Device, type OnEvent, readRuntime, readTower } from '../models/tower-files.browser.ts';
import type { BrowserTextEncoder } from './clip.browser.ts';
import { createEncoderSlot, type EncoderSlot } from './encoder-slot.ts';

/** Where files come from and who is told, once the page has connected. */
export interface Connection {
  readonly source: HttpSource;
  readonly emit: OnEvent;
}

/** The text encoder of a worker, and what is read ahead for it. */
export interface Encoders extends EncoderSlot<BrowserTextEncoder> {
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
  const clip = memoise(() => import('./clip.browser.ts'));
  const runtimes = createAhead((device: Device) => {
    const { source, emit } = connected();
    const runtime = readRuntime(source, device, emit);
    runtime.catch(() => undefined);
    return runtime;
  });
  const towers = createAhead((made: CollectionManifest, device: Device) => {
    const { source, emit } = connected();
    return readTower(source, made, device, runtimes.take(device), emit);
  });
  const slot = createEncoderSlot(async (made, { device, threads }) => {
    const files = towers.take(made, device);
    return (await clip.get()).loadBrowserTextEncoder(files, threads, connected().emit);
  });

  return {
    ...slot,
    warmUp: () => void clip.get().catch(() => undefined),
    readRuntime(device) {
      if (!slot.current()) runtimes.begin(device);
    },
    async readModel(made, device) {
      if (slot.current()) return undefined;
      const { model } = towers.begin(made, device);
      return (await model).manifest;
    },
  };
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
