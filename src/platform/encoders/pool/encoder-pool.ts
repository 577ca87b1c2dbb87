import { createLimiter } from '../../../engine/async/limiter.ts';
import type { Device, Dtype } from '../../../engine/model/model.ts';
import type { Tower } from '../../models/model-files.ts';

/** Which encoder it is: two that differ in one of these are two in memory. */
export interface EncoderKey {
  /** SHA-256 by which a collection remembers its model. */
  readonly model: string;
  readonly tower: Tower;
  readonly device: Device;
  /** `auto`: what the model's `model.json` says for the device. */
  readonly dtype: Dtype | 'auto';
}

/** What a pool needs of an encoder that is loaded. */
export interface Pooled {
  /** Memory that it takes, about. */
  readonly bytes: number;
  /** `dispose` gives the memory back; the pool calls it once. */
  readonly encoder: { dispose(): Promise<unknown> };
}

/**
 * Loads an encoder.
 * @param makeRoom to be called before memory is taken: resolves when others that nobody uses have been disposed of, the
 *   one that was not used for the longest first, until so many bytes more stay under the pool's limit
 */
export type StartEncoder<Loaded> = (makeRoom: (bytes: number) => Promise<void>) => Promise<Loaded>;

/** An encoder of the pool, loaded or being loaded. */
export interface PoolEntry<Loaded> {
  readonly key: EncoderKey;
  readonly loaded: Promise<Loaded>;
  /** Use it: it is not disposed of before the returned function is called. */
  hold(): () => void;
}

export interface HeldEntry<Loaded> {
  readonly entry: PoolEntry<Loaded>;
  release(): void;
}

export interface EncoderPool<Loaded> {
  /** The encoder of a key: loaded once for all who ask, and again after a failure. To be held by who uses it. */
  get(key: EncoderKey, start: StartEncoder<Loaded>): PoolEntry<Loaded>;
  /**
   * The most recently used encoder that `fits`, held until `release` is called; what is being loaded is waited for. It
   * counts as used by that.
   */
  find(fits: (key: EncoderKey, loaded: Loaded) => boolean): Promise<HeldEntry<Loaded> | undefined>;
}

interface Entry<Loaded> extends PoolEntry<Loaded> {
  readonly id: string;
  /** Undefined while it is being loaded: then it is in use, too. */
  value: Loaded | undefined;
  holders: number;
}

/**
 * The encoders of a realm. They are loaded one after the other, as onnxruntime would do: what loading sets up is the
 * realm's (clip.browser.ts). Together they take at most `limitBytes`, as far as nobody holds them; one that is larger than
 * the limit is alone.
 */
export function createEncoderPool<Loaded extends Pooled>(limitBytes: number): EncoderPool<Loaded> {
  /** In the order in which they were used: a Map iterates in the order of insertion. */
  const entries = new Map<string, Entry<Loaded>>();
  const oneAtATime = createLimiter(1);

  function use(entry: Entry<Loaded>): void {
    entries.delete(entry.id);
    entries.set(entry.id, entry);
    trim();
  }

  /** What was too much because it was in use, and is not any more, goes. */
  function trim(): void {
    void oneAtATime(() => makeRoom(0, [...entries.values()].at(-1)));
  }

  /** Dispose of what nobody uses, until so many bytes more stay under the limit or all that are left are in use. */
  async function makeRoom(bytes: number, spared?: Entry<Loaded>): Promise<void> {
    const disposals: Promise<unknown>[] = [];
    const values = Array.from(entries.values(), ({ value }) => value?.bytes ?? 0);
    let taken = values.reduce((sum, one) => sum + one, bytes);
    for (const entry of entries.values()) {
      if (taken <= limitBytes) break;
      if (!entry.value || entry.holders > 0 || entry === spared) continue;
      entries.delete(entry.id);
      taken -= entry.value.bytes;
      disposals.push(entry.value.encoder.dispose());
    }
    await Promise.allSettled(disposals);
  }

  function load(key: EncoderKey, id: string, start: StartEncoder<Loaded>): Entry<Loaded> {
    const loaded = oneAtATime(() => start((bytes) => makeRoom(bytes)));
    const entry: Entry<Loaded> = {
      ...{ key, id, loaded, value: undefined, holders: 0 },
      hold() {
        let isHeld = true;
        entry.holders++;
        return () => {
          if (!isHeld) return;
          isHeld = false;
          entry.holders--;
          trim();
        };
      },
    };
    loaded.then(
      (value) => {
        entry.value = value;
      },
      () => {
        if (entries.get(id) === entry) entries.delete(id);
      },
    );
    entries.set(id, entry);
    return entry;
  }

  return {
    get(key, start) {
      const id = [key.model, key.tower, key.device, key.dtype].join(' ');
      const known = entries.get(id);
      if (!known) return load(key, id, start);
      use(known);
      return known;
    },
    async find(fits) {
      for (const entry of [...entries.values()].reverse()) {
        const value = await entry.loaded.catch(() => undefined);
        if (!value || !fits(entry.key, value) || entries.get(entry.id) !== entry) continue;
        const release = entry.hold(); // at once: what loads meanwhile may make room
        use(entry);
        return { entry, release };
      }
      return undefined;
    },
  };
}
