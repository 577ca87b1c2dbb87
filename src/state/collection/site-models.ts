import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { QueryClient } from '../../client/query-client.ts';
import { type AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { SiteModel } from '../../protocol/query-worker.ts';
import type { Progress } from './session.ts';

/** A model that is being downloaded, or could not be. */
export interface ModelDownload {
  readonly id: string;
  /** Undefined before the first bytes have come. */
  readonly progress: Progress | undefined;
  readonly error: AfterimageError | undefined;
}

/** The models of the site, and what this browser keeps of them. */
export interface SiteModels {
  /** Undefined until it was read. */
  readonly list: Accessor<readonly SiteModel[] | undefined>;
  /** Why it could not be read. */
  readonly error: Accessor<AfterimageError | undefined>;
  /** The newest that was asked for; undefined where none is, or it was stopped. */
  readonly download: Accessor<ModelDownload | undefined>;
  /** Read the list, or read it again. None of these rejects. */
  read(): Promise<void>;
  /** Download what queries need of a model. */
  keep(id: string): Promise<void>;
  stop(): Promise<void>;
  /** Delete what the browser keeps of a model. */
  remove(id: string): Promise<void>;
}

export function createSiteModels(
  client: Pick<QueryClient, 'siteModels' | 'keepModel' | 'stopKeeping' | 'removeModel' | 'subscribe'>,
): SiteModels {
  const [list, setList] = createSignal<readonly SiteModel[]>();
  const [error, setError] = createSignal<AfterimageError>();
  const [download, setDownload] = createSignal<ModelDownload>();
  onCleanup(
    client.subscribe((event) => {
      if (event.type !== 'model-download') return;
      const { id, loaded, total } = event;
      setDownload((now) => (now?.id === id ? { ...now, progress: { loaded, total } } : now));
    }),
  );

  async function read(): Promise<void> {
    try {
      setList(await client.siteModels());
      setError(undefined);
    } catch (cause) {
      setError(toAfterimageError(cause));
    }
  }

  return {
    list,
    error,
    download,
    read,
    async keep(id) {
      const isWanted = () => download()?.id === id;
      setDownload({ id, progress: undefined, error: undefined });
      try {
        await client.keepModel(id);
        if (isWanted()) setDownload(undefined);
      } catch (cause) {
        if (isWanted()) setDownload({ id, progress: undefined, error: toAfterimageError(cause) });
      }
      await read();
    },
    async stop() {
      setDownload(undefined);
      await client.stopKeeping().catch(() => undefined);
      await read();
    },
    async remove(id) {
      await client.removeModel(id).catch((cause: unknown) => setError(toAfterimageError(cause)));
      await read();
    },
  };
}
