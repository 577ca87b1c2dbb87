import { type Accessor, batch, createEffect, createSignal, on, onCleanup } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { OtherModel } from '../../protocol/query-worker.ts';
import type { Search } from '../search/search.ts';
import type { Progress, Session } from './session.ts';

/** What is being loaded, or could not be. */
export interface OtherLoading {
  /** Of its `model`. */
  readonly sha256: string;
  /** Undefined before the first bytes have come. */
  readonly progress: Progress | undefined;
  readonly error: AfterimageError | undefined;
}

/**
 * The models that find pictures beside the first one, where collections of several are searched together. What an earlier
 * visit kept is loaded by itself; what has to be downloaded is offered.
 */
export interface OtherModels {
  readonly list: Accessor<readonly OtherModel[]>;
  /** The newest that was asked for; undefined where nothing is, or it was stopped. */
  readonly loading: Accessor<OtherLoading | undefined>;
  /** Never rejects: `loading` says what went wrong. */
  load(sha256: string): Promise<void>;
  stop(): void;
}

/** @param held while it says so no answer is replaced: somebody looks at one of its pictures */
export function createOtherModels(
  client: Pick<QueryClient, 'otherModels' | 'loadOtherModel' | 'stopOtherModel' | 'subscribe'>,
  session: Pick<Session, 'collection' | 'ready'>,
  search: Pick<Search, 'refine'>,
  held: Accessor<boolean>,
): OtherModels {
  const [list, setList] = createSignal<readonly OtherModel[]>([]);
  const [loading, setLoading] = createSignal<OtherLoading>();
  const [isNews, setNews] = createSignal(false);
  const severalOf = () => ((session.collection()?.together?.models.length ?? 0) > 1 ? session.collection() : undefined);

  async function refresh(): Promise<void> {
    const asked = severalOf();
    const models = asked ? await client.otherModels().catch(() => []) : [];
    if (severalOf() === asked) setList(models);
  }

  async function load(sha256: string): Promise<void> {
    const asked = severalOf();
    const isWanted = () => severalOf() === asked && loading()?.sha256 === sha256;
    setLoading({ sha256, progress: undefined, error: undefined });
    try {
      const isLoaded = await client.loadOtherModel(sha256);
      if (!isWanted()) return;
      batch(() => {
        setLoading(undefined);
        if (isLoaded) setNews(true);
      });
      await refresh();
    } catch (cause) {
      if (isWanted()) setLoading({ sha256, progress: undefined, error: toAfterimageError(cause) });
    }
  }

  /** Nobody has to be asked for what is here already. */
  async function loadKept(): Promise<void> {
    await refresh();
    const kept = list().filter(({ isLoaded, bytes, problem }) => !isLoaded && bytes === 0 && problem === null);
    for (const { model } of kept) await load(model.sha256);
  }

  createEffect(
    on([severalOf, session.ready], ([several, ready]) => {
      batch(() => {
        setList([]);
        setLoading(undefined);
      });
      if (several && ready) void loadKept();
    }),
  );
  // Pictures that are found from now on belong into the answer that is shown.
  createEffect(
    on([isNews, held], ([news, isHeld]) => {
      if (!news || isHeld) return;
      setNews(false);
      void search.refine();
    }),
  );
  onCleanup(
    client.subscribe((event) => {
      // Those that the worker before had loaded are gone with it.
      if (event.type === 'restarted' && severalOf() && session.ready()) void loadKept();
      if (event.type !== 'model-download') return;
      const { loaded, total } = event;
      setLoading((now) => now && { ...now, progress: { loaded, total } });
    }),
  );

  return {
    list,
    loading,
    load,
    stop() {
      setLoading(undefined);
      client.stopOtherModel().catch(() => undefined);
    },
  };
}
