import { createSignal, type JSX, Show } from 'solid-js';
import { toAfterimageError } from '../../../engine/errors.ts';
import type { LibraryExportOptions, LibraryImport } from '../../../protocol/library-worker.ts';
import type { Library } from '../../../state/library/library.ts';
import { formatCount, formatPictures } from '../../common/format.ts';
import { remedyFor } from '../../common/remedies.ts';
import { Publish } from './publish.tsx';

/** What is taken along: nothing of it is lost, and it stays with its owner. */
const TO_TAKE_ALONG: LibraryExportOptions = {
  name: 'my-pictures',
  title: 'My pictures',
  vectors: 'f32',
  withPlaces: true,
  withAlbums: true,
};

/** A download has read its file by then. */
const KEEP_MS = 60_000;

/** Taking the library along as a file, bringing one in, and making a collection of a site of it. */
export function MovingPictures(props: { library: Library }): JSX.Element {
  const [isBusy, setBusy] = createSignal(false);
  const [outcome, setOutcome] = createSignal('');
  const [problem, setProblem] = createSignal<string>();
  let input: HTMLInputElement | undefined;
  const isEmpty = () => (props.library.overview()?.count ?? 0) === 0;

  const run = async (work: () => Promise<string>) => {
    setBusy(true);
    setOutcome('');
    setProblem(undefined);
    await work().then(setOutcome, (cause: unknown) => {
      const { code, message } = toAfterimageError(cause);
      setProblem([message, remedyFor(code)?.advice].filter(Boolean).join(' '));
    });
    setBusy(false);
  };
  const save = (options: LibraryExportOptions) =>
    run(async () => {
      download(await props.library.exportTo(options), `${options.name}.zip`);
      return `Saved as ${options.name}.zip.`;
    });
  const bringIn = (file: File | undefined) => {
    if (file) void run(async () => sentence(await props.library.importFrom(file)));
  };

  return (
    <section class="library-moving" aria-labelledby="library-moving">
      <h2 id="library-moving">Take them along</h2>
      <p class="quiet">
        A file with the small pictures and what the model saw in them, for another browser or computer, or to keep.
      </p>
      <p class="library-buttons">
        <button type="button" class="button" disabled={isBusy() || isEmpty()} onClick={() => void save(TO_TAKE_ALONG)}>
          Export
        </button>
        <button type="button" class="button" disabled={isBusy()} onClick={() => input?.click()}>
          Import
        </button>
        <input
          ref={input}
          type="file"
          accept=".zip,application/zip"
          hidden
          aria-label="Exported pictures"
          onChange={(event) => {
            bringIn(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
      </p>
      <p role="status" class="numbers">
        {isBusy() ? howFar(props.library) : outcome()}
      </p>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <Show when={!isEmpty()}>
        <Publish isBusy={isBusy()} onPublish={(options) => void save(options)} />
      </Show>
    </section>
  );
}

function howFar({ moving }: Library): string {
  const now = moving();
  if (!now) return 'Starting';
  const done = `${formatCount(now.done)} of ${formatPictures(now.total)}`;
  return now.task === 'export' ? `Exporting: ${done}` : `Importing: ${done}`;
}

function sentence({ added, known, albums }: LibraryImport): string {
  const there = known > 0 ? ` ${formatCount(known)} ${known === 1 ? 'was' : 'were'} there already.` : '';
  const inAlbums = albums > 0 ? ` ${formatCount(albums)} ${albums === 1 ? 'album' : 'albums'} came with them.` : '';
  return `${formatPictures(added)} came in.${there}${inAlbums}`;
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}
