import { createPromiseCache } from '../../engine/async/cached/promise-cache.ts';
import { assertModel, fitsModel } from '../../engine/collection/assert-model.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { ModelPart } from '../../engine/merged/models-engine.ts';
import type { ModelManifest } from '../../engine/model/model.ts';
import type { SearchEngine } from '../../engine/search/search-engine.ts';
import type { EncoderRequest, OtherModel } from '../../protocol/query-worker.ts';
import type { BrowserTextEncoder } from '../encoders/clip.browser.ts';
import type { Connection, Encoders } from '../encoders/encoders.browser.ts';
import type { HeldEntry } from '../encoders/pool/encoder-pool.ts';
import { bytesOfFiles, keepModel } from '../models/keep-model.browser.ts';
import { textFiles } from '../models/model-files.ts';
import { readNewestManifest } from '../models/model-source.browser.ts';
import { later } from './later.browser.ts';
import type { Opened, OpenedGroup } from './opened/opened.browser.ts';

type Held = HeldEntry<BrowserTextEncoder>;

/**
 * The models beside the first one where collections of several are searched together: each answers for its own pictures once
 * it is loaded. They are held for as long as the collections are open.
 */
export interface OtherModels {
  list(device: EncoderRequest['device']): Promise<readonly OtherModel[]>;
  /** @returns whether it was loaded, or was stopped */
  load(sha256: string, request: EncoderRequest): Promise<boolean>;
  stop(): void;
  /** What answers for all that can: `first` for the pictures of the first model, whose encoder is given. */
  engine(
    first: SearchEngine,
    encoder: Pick<BrowserTextEncoder, 'manifest' | 'encoder' | 'dtype'>,
  ): Promise<SearchEngine>;
  /** The collections are closed. */
  close(): void;
}

export interface OtherModelsOptions {
  readonly open: Opened;
  readonly encoders: Pick<Encoders, 'beside'>;
  readonly connection: Connection;
  /** Told of an encoder that was loaded, whose collections can be kept with it. */
  readonly onLoaded: (encoder: BrowserTextEncoder) => void;
}

export function createOtherModels({ open, encoders, connection, onLoaded }: OtherModelsOptions): OtherModels {
  const { source, emit } = connection;
  const [first, ...groups] = open.groups ?? [];
  const all = {
    ...{ collection: open.manifest.name, items: open.items },
    order: () => open.source.order?.(),
  };
  const held = new Map<OpenedGroup, Held>();
  let isOpen = true;
  let loading = new AbortController();
  /** Of the groups that answer: the engine of each is made once for an encoder. */
  const engines = createPromiseCache<SearchEngine>(8);
  let combined: { readonly of: readonly SearchEngine[]; readonly engine: SearchEngine } | undefined;

  async function engineOf(group: OpenedGroup, encoder: Parameters<OtherModels['engine']>[1]): Promise<SearchEngine> {
    const key = `${group.manifest.model.sha256} ${encoder.dtype}`;
    const make = async () => {
      const [{ composeSearch }, index] = await Promise.all([later.search(), group.index.get()]);
      return composeSearch(index, group.items, encoder).engine;
    };
    return engines.get(key, make).value;
  }

  /** Titles of the collections of a group. */
  const titlesOf = ({ manifest }: OpenedGroup) =>
    (open.info.together?.collections ?? []).flatMap(({ title, made }) =>
      made.sha256 === manifest.model.sha256 && made.id === manifest.model.id ? [title] : [],
    );

  async function offerOf(group: OpenedGroup, device: EncoderRequest['device']): Promise<OtherModel> {
    const { model } = group.manifest;
    const offer = { model, collections: titlesOf(group), isLoaded: held.has(group) };
    try {
      const manifest = await readNewestManifest(source, model.id);
      assertModel({ ...group.manifest, name: offer.collections.join(', ') }, manifest);
      const bytes = offer.isLoaded ? 0 : (await bytesOfFiles(source, textFiles(manifest, device))).missing;
      return { ...offer, title: manifest.title, bytes, problem: null };
    } catch (error) {
      return { ...offer, title: model.id, bytes: 0, problem: toAfterimageError(error).message };
    }
  }

  async function loadGroup(group: OpenedGroup, request: EncoderRequest, signal: AbortSignal): Promise<boolean> {
    const { id } = group.manifest.model;
    const onProgress = (loaded: number, total: number) => {
      emit({ type: 'heartbeat' }); // a call waits for it
      emit({ type: 'model-download', id, loaded, total });
    };
    await keepModel(source, id, (manifest) => textFiles(manifest, request.device), { signal, onProgress });
    signal.throwIfAborted();
    const found = await encoders.beside(group.manifest, request);
    const encoder = await found.entry.loaded.catch((error: unknown) => {
      found.release();
      throw error;
    });
    if (!isOpen) {
      found.release();
      return false;
    }
    held.get(group)?.release();
    held.set(group, found);
    // So that the next query does not wait for it.
    await engineOf(group, encoder);
    onLoaded(encoder);
    return true;
  }

  return {
    list: (device) => Promise.all(groups.map((group) => offerOf(group, device))),
    async load(sha256, request) {
      const group = groups.find(({ manifest }) => manifest.model.sha256 === sha256);
      if (!group) throw new AfterimageError('model-not-found', 'No collection here was made with this model.');
      loading.abort(new DOMException('Another model is loaded.', 'AbortError'));
      loading = new AbortController();
      const { signal } = loading;
      try {
        return await loadGroup(group, request, signal);
      } catch (error) {
        if (signal.aborted) return false;
        throw toAfterimageError(error);
      }
    },
    stop: () => loading.abort(new DOMException('It was stopped.', 'AbortError')),
    async engine(firstEngine, encoder) {
      if (!first) return firstEngine;
      const parts: ModelPart[] = [partOf(first, firstEngine, encoder.manifest)];
      for (const group of groups) {
        // Pictures of one model that are known by another of its vision towers need no other text encoder.
        const own = fitsModel(group.manifest, encoder.manifest) ? encoder : await held.get(group)?.entry.loaded;
        if (own) parts.push(partOf(group, await engineOf(group, own), own.manifest));
      }
      const of = parts.map(({ engine }) => engine);
      const isSame = combined?.of.length === of.length && combined.of.every((one, i) => one === of[i]);
      if (combined && isSame) return combined.engine;
      const { createModelsEngine } = await later.models();
      combined = { of, engine: createModelsEngine(all, parts) };
      return combined.engine;
    },
    close() {
      isOpen = false;
      loading.abort(new DOMException('The collections were closed.', 'AbortError'));
      for (const { release } of held.values()) release();
      held.clear();
    },
  };
}

function partOf({ rowAt }: OpenedGroup, engine: SearchEngine, { id }: ModelManifest): ModelPart {
  return { modelId: id, engine, rowAt };
}
