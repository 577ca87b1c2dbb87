import { type JSX, Show } from 'solid-js';
import type { AnsweringKind } from '../../engine/collection/types.ts';
import type { IndexInfo } from '../../protocol/query-worker.ts';
import { missingCapabilities } from '../../site/capabilities.ts';
import { VERSIONS } from '../../site/versions.ts';
import { Drawer } from '../common/drawer.tsx';
import { Fact } from '../common/fact.tsx';
import { Failure } from '../common/failure.tsx';
import {
  formatBytes,
  formatCount,
  formatDate,
  formatDevice,
  formatMs,
  formatPictures,
  formatShare,
} from '../common/format.ts';
import { useApp } from '../context.ts';
import { ModelsSection } from '../models/models-section.tsx';
import { Loading } from '../shell/loading.tsx';
import { DeleteEverything } from './delete-everything.tsx';
import { howItStands } from './how-it-stands.ts';
import { OfflineFacts } from './offline-facts.tsx';
import './status.css';

type Recall = NonNullable<IndexInfo['recall']>;

const INDEXES: Readonly<Record<AnsweringKind, string>> = {
  hnsw: 'HNSW graph',
  exact: 'Exact scan',
  codes: 'Scan of codes',
  cells: 'Cells on the host',
  remote: 'Server',
};

/** How things stand, in full: a drawer above the page. */
export default function StatusPanel(): JSX.Element {
  const app = useApp();
  const { address, session } = app;
  return (
    <Drawer title="Status" onClose={() => address.close({ view: 'search' })}>
      <p class="how-it-stands">{howItStands(app)}</p>
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
      <ModelsSection />
      <Versions />
      <DeleteEverything />
    </Drawer>
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

/** What answers, why it does, and how much it finds. */
export function Index(): JSX.Element {
  const { session } = useApp();
  return (
    <Show when={session.index()}>
      {(index) => (
        <Section title="Index">
          <Fact name="Index">
            {INDEXES[index().kind]}
            <span class="why">{index().reason}</span>
          </Fact>
          <Fact name="Vectors">
            {formatCount(index().count)} × {index().dim}
          </Fact>
          <Fact name="Loaded in">{formatMs(index().loadMs)}</Fact>
          <Show when={index().recall}>{(recall) => <RecallFact recall={recall()} kind={index().kind} />}</Show>
        </Section>
      )}
    </Show>
  );
}

/** How much the graph found when the collection was built. */
function RecallFact(props: { recall: Recall; kind: AnsweringKind }): JSX.Element {
  return (
    <Fact name="Recall">
      {formatShare(props.recall.found)} of the ten nearest pictures
      <span class="why">
        {`What the ${INDEXES[props.recall.index]} found when it was built, asked ${formatCount(props.recall.queries)} times.`}
        {props.recall.index === props.kind ? '' : ' It is not in use.'}
      </span>
    </Fact>
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
          <Show
            when={info().live}
            fallback={
              <>
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
              </>
            }
          >
            <Fact name="Size">{formatPictures(session.count())}</Fact>
          </Show>
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
