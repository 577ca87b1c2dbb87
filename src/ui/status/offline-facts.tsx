import { createEffect, createMemo, createResource, createSignal, type JSX, on, Show } from 'solid-js';
import { PIECES_LIMIT_BYTES } from '../../site/kept-pieces.ts';
import { Fact } from '../common/fact.tsx';
import { formatBytes, formatCount } from '../common/format.ts';
import { useApp } from '../context.ts';

/** What is kept for offline use, and how much room it takes. */
export function OfflineFacts(): JSX.Element {
  const { offline, session } = useApp();
  const [storage, { refetch }] = createResource(storageState);
  const known = () => (storage.state === 'ready' || storage.state === 'refreshing' ? storage.latest : undefined);
  const [pieces, { refetch: recount }] = createResource(offline.pieceBytes);
  const [answer, setAnswer] = createSignal<string>();
  let title: HTMLHeadingElement | undefined;
  const persist = async () => {
    const granted = await navigator.storage.persist().catch(() => false);
    setAnswer(
      granted
        ? 'The browser does not remove it by itself.'
        : 'The browser did not promise it. It may, once the app is installed or bookmarked.',
    );
    await refetch();
    if (granted) title?.focus(); // the button that was pressed is gone
  };
  const clear = async () => {
    await offline.deletePieces();
    setAnswer('What was read of collections on their host is deleted.');
    await Promise.all([recount(), refetch()]);
    title?.focus(); // the button that was pressed is gone
  };
  const install = async () => {
    await offline.install();
    title?.focus(); // as above: the browser offers it once
  };
  // Ten times while pictures are being kept, not at every one.
  const tenths = () => Math.floor((10 * (offline.pictures()?.have ?? 0)) / (offline.pictures()?.total || 1));
  createEffect(on([offline.shell, session.kept, createMemo(tenths)], () => void refetch(), { defer: true }));
  return (
    <section>
      <h3 ref={title} tabindex={-1}>
        Offline
      </h3>
      <dl class="facts numbers">
        <Fact name="Network">{offline.online() ? 'Online' : 'Offline'}</Fact>
        <Fact name="App">{offline.shell() ? 'Kept' : offline.supported ? 'Not kept yet' : 'Cannot be kept here'}</Fact>
        <Fact name="Model, index">
          <Show when={session.kept()} fallback="Not kept yet">
            {(kept) => <>{kept().problem === undefined ? 'Kept' : `Not kept. ${kept().problem}`}</>}
          </Show>
        </Fact>
        <Fact name="Pictures">
          <Show when={offline.pictures()} fallback="Those that were looked at">
            {(pictures) => (
              <Show when={pictures().total > 0} fallback="There are none">
                {formatCount(pictures().have)} of {formatCount(pictures().total)} kept
              </Show>
            )}
          </Show>
        </Fact>
        <Show when={pieces()}>
          {(bytes) => (
            <Fact name="Read in parts">
              {formatBytes(bytes())} of at most {formatBytes(PIECES_LIMIT_BYTES)}
              <span class="why">Of collections that stay on their host, what was read last is kept.</span>
            </Fact>
          )}
        </Show>
        <Show when={known()}>
          {(state) => (
            <>
              <Fact name="Storage">{formatBytes(state().usage)} used by this site</Fact>
              <Fact name="Persistent">
                {state().persisted ? 'Yes' : 'No: the browser may remove it when space is short'}
              </Fact>
            </>
          )}
        </Show>
      </dl>
      <Show when={offline.problem()}>{(problem) => <p class="quiet">{problem()}</p>}</Show>
      <p role="status">{answer()}</p>
      <p class="drawer-actions">
        <Show when={offline.supported && known() && !known()?.persisted}>
          <button type="button" class="button" onClick={() => void persist()}>
            Ask the browser not to remove it
          </button>
        </Show>
        <Show when={pieces()}>
          <button type="button" class="button" onClick={() => void clear()}>
            Delete what was read in parts
          </button>
        </Show>
        <Show when={offline.canInstall()}>
          <button type="button" class="button" onClick={() => void install()}>
            Install
          </button>
        </Show>
      </p>
    </section>
  );
}

interface StorageState {
  readonly usage: number;
  readonly persisted: boolean;
}

/**
 * Undefined where the browser does not tell, which includes pages without a secure context. How much room there is besides
 * is not asked: Chromium answers what is used and 10 GiB, whatever the disk has.
 */
async function storageState(): Promise<StorageState | undefined> {
  const storage: StorageManager | undefined = navigator.storage;
  if (!storage?.estimate) return undefined;
  const [{ usage = 0 }, persisted] = await Promise.all([storage.estimate(), storage.persisted()]);
  return { usage, persisted };
}
