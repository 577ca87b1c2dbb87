import { createResource, createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { missingCapabilities } from '../../state/capabilities.ts';
import { deleteEverything } from '../../state/delete-everything.ts';
import { VERSIONS } from '../../state/versions.ts';
import { useApp } from '../context.ts';
import { Failure } from '../failure.tsx';
import { formatBytes, formatCount, formatDate, formatDevice, formatMs, formatPictures } from '../format.ts';
import { Icon } from '../icons.tsx';
import { Loading } from '../loading.tsx';
import './status.css';

/** How things stand, in full: a drawer above the page. */
export default function StatusPanel(): JSX.Element {
  const { address, session } = useApp();
  let dialog: HTMLDialogElement | undefined;
  onMount(() => {
    // A click beside the drawer closes it, where the browser knows this.
    dialog?.setAttribute('closedby', 'any');
    dialog?.showModal();
  });
  // Gives the focus back to where it was.
  onCleanup(() => dialog?.close());
  const close = () => address.close({ view: 'search' });
  return (
    <dialog
      ref={dialog}
      class="drawer"
      aria-labelledby="status-title"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <div class="drawer-body">
        <header>
          <h2 id="status-title">Status</h2>
          <button type="button" class="icon-button" aria-label="Close" title="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <Show when={session.collectionError() ?? session.modelError()}>
          {(error) => <Failure title="Not working" error={error()} onRetry={session.retry} />}
        </Show>
        <Show when={session.name() && !session.ready() && !session.modelError() && !session.collectionError()}>
          <Loading progress={session.progress} />
        </Show>
        <Model />
        <Index />
        <CollectionFacts />
        <PageFacts />
        <OfflineFacts />
        <Versions />
        <DeleteEverything />
      </div>
    </dialog>
  );
}

function Section(props: { title: string; children: JSX.Element }): JSX.Element {
  return (
    <section>
      <h3>{props.title}</h3>
      <dl class="facts numbers">{props.children}</dl>
    </section>
  );
}

function Fact(props: { name: string; children: JSX.Element }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function Model(): JSX.Element {
  const { session } = useApp();
  return (
    <Show when={session.encoder()}>
      {(encoder) => (
        <Section title="Model">
          <Fact name="Device">
            {formatDevice(encoder().device)}
            <span class="why">{encoder().deviceReason}</span>
          </Fact>
          <Fact name="Model">
            {encoder().modelTitle} <code>{encoder().modelId}</code>
          </Fact>
          <Fact name="Precision">
            {encoder().dtype}, {encoder().dim} dimensions
          </Fact>
          <Fact name="Self-test">Cosine {encoder().golden.toFixed(5)} to the golden vectors</Fact>
          <Fact name="Threads">{encoder().threads}</Fact>
        </Section>
      )}
    </Show>
  );
}

function Index(): JSX.Element {
  const { session } = useApp();
  return (
    <Show when={session.index()}>
      {(index) => (
        <Section title="Index">
          <Fact name="Engine">
            {index().engine === 'hnsw' ? 'HNSW graph' : 'Exact scan'}
            <span class="why">{index().reason}</span>
          </Fact>
          <Fact name="Vectors">
            {formatCount(index().count)} × {index().dim}
          </Fact>
          <Fact name="Loaded in">{formatMs(index().loadMs)}</Fact>
        </Section>
      )}
    </Show>
  );
}

function CollectionFacts(): JSX.Element {
  const { session } = useApp();
  return (
    <Show when={session.collection()}>
      {(info) => (
        <Section title="Collection">
          <Fact name="Name">
            {info().manifest.title} <code>{info().manifest.name}</code>
          </Fact>
          <Fact name="Size">
            {formatPictures(info().manifest.count)}, {formatBytes(info().manifest.pictures.bytes)}
          </Fact>
          <Fact name="Made">{formatDate(info().manifest.created)}</Fact>
          <Fact name="Format">
            Version {info().manifest.version}, <code>{info().manifest.sha256.slice(0, 12)}</code>
            <Show when={info().fromCache}>
              <span class="why">What an earlier visit kept: the network did not answer.</span>
            </Show>
          </Fact>
        </Section>
      )}
    </Show>
  );
}

function PageFacts(): JSX.Element {
  const { log } = useApp();
  return (
    <Section title="This page">
      <Fact name="Isolation">
        {crossOriginIsolated ? 'Cross-origin isolated: threads are available' : 'Not isolated: one thread'}
      </Fact>
      <Fact name="Processors">{navigator.hardwareConcurrency}</Fact>
      <Fact name="Search log">
        {log.status() === 'off' ? (log.error() ?? 'Off') : 'Kept in this browser, and nowhere else'}
      </Fact>
      {missingCapabilities().map((missing) => (
        <Fact name="Off here">{missing.text}</Fact>
      ))}
    </Section>
  );
}

function OfflineFacts(): JSX.Element {
  const { offline, session } = useApp();
  const [storage, { refetch }] = createResource(storageState);
  const known = () => (storage.state === 'ready' || storage.state === 'refreshing' ? storage.latest : undefined);
  const persist = async () => {
    await offline.keepApp();
    await navigator.storage.persist();
    await refetch();
  };
  return (
    <section>
      <h3>Offline</h3>
      <dl class="facts numbers">
        <Fact name="Network">{offline.online() ? 'Online' : 'Offline'}</Fact>
        <Fact name="App">{offline.shell() ? 'Kept' : offline.supported ? 'Not kept yet' : 'Cannot be kept here'}</Fact>
        <Fact name="Model, index">{session.ready() && offline.supported ? 'Kept' : 'Not kept yet'}</Fact>
        <Fact name="Pictures">
          <Show when={offline.pictures()} fallback="Those that were looked at">
            {(pictures) => `${formatCount(pictures().have)} of ${formatCount(pictures().total)} kept`}
          </Show>
        </Fact>
        <Show when={known()}>
          {(state) => (
            <>
              <Fact name="Storage">
                {formatBytes(state().usage)} of {formatBytes(state().quota)}
              </Fact>
              <Fact name="Persistent">
                {state().persisted ? 'Yes' : 'No: the browser may remove it when space is short'}
              </Fact>
            </>
          )}
        </Show>
      </dl>
      <Show when={offline.problem()}>{(problem) => <p class="quiet">{problem()}</p>}</Show>
      <p class="drawer-actions">
        <Show when={offline.supported && known() && !known()?.persisted}>
          <button type="button" class="button" onClick={() => void persist()}>
            Make available offline
          </button>
        </Show>
        <Show when={offline.canInstall()}>
          <button type="button" class="button" onClick={() => void offline.install()}>
            Install
          </button>
        </Show>
      </p>
    </section>
  );
}

interface StorageState {
  readonly usage: number;
  readonly quota: number;
  readonly persisted: boolean;
}

/** Undefined where the browser does not tell, which includes pages without a secure context. */
async function storageState(): Promise<StorageState | undefined> {
  const storage: StorageManager | undefined = navigator.storage;
  if (!storage?.estimate) return undefined;
  const [{ usage = 0, quota = 0 }, persisted] = await Promise.all([storage.estimate(), storage.persisted()]);
  return { usage, quota, persisted };
}

function Versions(): JSX.Element {
  return (
    <Section title="Versions">
      <Fact name="Afterimage">
        {VERSIONS.app} <code>{VERSIONS.build}</code>
      </Fact>
      <Fact name="Transformers.js">{VERSIONS.transformers}</Fact>
      <Fact name="ONNX Runtime">{VERSIONS.onnxruntime}</Fact>
      <Fact name="hnswlib">{VERSIONS.hnswlib}</Fact>
    </Section>
  );
}

/** Asks once more before it does it. */
function DeleteEverything(): JSX.Element {
  const app = useApp();
  const [state, setState] = createSignal<'idle' | 'asked' | 'busy' | 'done'>('idle');
  const [problem, setProblem] = createSignal<string>();
  const run = async () => {
    setState('busy');
    try {
      await deleteEverything(app.log, app.offline);
      setState('done');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setState('idle');
    }
  };
  return (
    <section>
      <h3>Delete everything</h3>
      <p class="quiet">
        Removes the search log with all ratings, the kept model, collections and pictures, and the offline copy of the
        app from this browser. Export the log first if it matters.
      </p>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <p class="drawer-actions" aria-live="polite">
        <Show when={state() === 'idle'}>
          <button type="button" class="button" onClick={() => setState('asked')}>
            Delete everything
          </button>
        </Show>
        <Show when={state() === 'asked' || state() === 'busy'}>
          <button
            type="button"
            class="button"
            data-kind="primary"
            disabled={state() === 'busy'}
            onClick={() => void run()}
          >
            Yes, delete it all
          </button>
          <button type="button" class="button" disabled={state() === 'busy'} onClick={() => setState('idle')}>
            Keep it
          </button>
        </Show>
        <Show when={state() === 'done'}>
          <span>Deleted. Close this page, or start again.</span>
          <button type="button" class="button" onClick={() => location.assign(app.baseUrl)}>
            Start again
          </button>
        </Show>
      </p>
    </section>
  );
}
