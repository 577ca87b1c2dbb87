import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { LogListener } from '../../db/connection/channel.ts';
import type { Database } from '../../db/database.ts';
import { memoise } from '../../engine/async/cached/memoise.ts';
import { toAfterimageError } from '../../engine/errors.ts';

/** The database of the log: opened when first needed, and off where the browser has none. */
export interface LogDatabase {
  /** `off`: it could not be opened; `error` says why and what to do. */
  readonly status: Accessor<'closed' | 'opening' | 'on' | 'off'>;
  /** What went wrong last, as a line to show; undefined once something worked again. */
  readonly error: Accessor<string | undefined>;
  /**
   * The database, opened; after a failure another call tries again.
   * @throws AfterimageError as `openDatabase`
   */
  database(): Promise<Database>;
  /** Hear of changes in this tab and others, from when the database is open. Ends with the owner. */
  onChange(listener: LogListener): void;
  /** Run `work`. @returns undefined where it failed, which `error` tells then */
  attempt<T>(work: (database: Promise<Database>) => Promise<T>): Promise<T | undefined>;
}

export function createLogDatabase(open: () => Promise<Database>): LogDatabase {
  const [status, setStatus] = createSignal<ReturnType<LogDatabase['status']>>('closed');
  const [error, setError] = createSignal<string>();
  const listeners = new Set<LogListener>();

  async function start(): Promise<Database> {
    setStatus('opening');
    try {
      const database = await open();
      database.subscribe((change) => {
        for (const listener of [...listeners]) listener(change);
      });
      setStatus('on');
      setError(undefined);
      return database;
    } catch (cause) {
      setStatus('off');
      setError(toAfterimageError(cause).message);
      throw cause;
    }
  }

  const opening = memoise(start);
  onCleanup(
    () =>
      void opening
        .peek()
        ?.then((opened) => opened.close())
        .catch(() => undefined),
  );

  return {
    status,
    error,
    database: opening.get,
    onChange(listener) {
      listeners.add(listener);
      onCleanup(() => listeners.delete(listener));
    },
    async attempt(work) {
      try {
        const result = await work(opening.get());
        setError(undefined);
        return result;
      } catch (cause) {
        setError(toAfterimageError(cause).message);
        return undefined;
      }
    },
  };
}
