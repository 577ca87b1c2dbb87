import type { CollectionManifest } from '../engine/collection/types.ts';
import type { EncoderInfo, EncoderRequest } from '../protocol.ts';
import type { BrowserTextEncoder } from './clip.browser.ts';
import { createEncoderSlot, type EncoderSlot } from './encoder-slot.ts';
import type { HttpSource } from './http-source.browser.ts';
import { memoise } from './memoise.ts';
import { type Device, type OnEvent, readTower, type TowerFiles } from './tower-files.browser.ts';

/** Where files come from and who is told, once the page has connected. */
export interface Connection {
  readonly source: HttpSource;
  readonly emit: OnEvent;
}

/** The text encoder of a worker, and what is read ahead for it. */
export interface Encoders extends EncoderSlot<BrowserTextEncoder> {
  /** Begin to load the code: most of the worker's. What goes wrong is told by `load`. */
  warmUp(): void;
  /** Begin to read the files that queries to `made` need, unless an encoder is there. */
  readAhead(made: CollectionManifest, device: Device): void;
}

export function createEncoders(connected: () => Connection): Encoders {
  const read = (made: CollectionManifest, device: Device) => {
    const { source, emit } = connected();
    return readTower(source, made, device, emit);
  };
  const clip = memoise(() => import('./clip.browser.ts'));
  let ahead: { readonly made: CollectionManifest; readonly files: TowerFiles } | undefined;

  /** What was begun for this collection, once; else it begins now. */
  const take = (made: CollectionManifest, device: Device): TowerFiles => {
    const taken = ahead;
    ahead = undefined;
    return taken?.made === made && taken.files.device === device ? taken.files : read(made, device);
  };
  const slot = createEncoderSlot(async (made, { device, threads }) => {
    const files = take(made, device);
    return (await clip.get()).loadBrowserTextEncoder(files, threads, connected().emit);
  });

  return {
    ...slot,
    warmUp: () => void clip.get().catch(() => undefined),
    readAhead(made, device) {
      if (!slot.current()) ahead = { made, files: read(made, device) };
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
