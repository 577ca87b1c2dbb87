import { createSignal, For, type JSX, Show } from 'solid-js';
import { toAfterimageError } from '../../engine/errors.ts';
import type { ImportReport, LogList, RejectedLine } from '../../state/log/log-list.ts';
import { formatCount } from '../common/format.ts';
import { createQuestion, KeepButton } from '../common/question.tsx';

/** What the last action came to. */
interface Outcome {
  readonly text: string;
  readonly rejected?: readonly RejectedLine[];
}

/**
 * Export, import (by button or by dropping a file) and delete all, one at a time. Meanwhile the buttons do nothing, and
 * say so by `aria-disabled`: a button that is `disabled` gives up the keyboard.
 */
export function LogTools(props: { list: LogList }): JSX.Element {
  const [outcome, setOutcome] = createSignal<Outcome>();
  const [busy, setBusy] = createSignal(false);
  const [over, setOver] = createSignal(false);
  const count = () => props.list.stats()?.count ?? 0;
  let line: HTMLDivElement | undefined;

  const run = async (work: () => Promise<string>) => {
    if (busy()) return;
    setBusy(true);
    setOutcome({ text: 'Working …' });
    setOutcome(await work().then((text) => ({ text }), toOutcome));
    setBusy(false);
  };
  const importFile = (file: File | undefined) => {
    if (file) void run(async () => `${file.name}: ${reported(await props.list.importFile(file))}`);
  };
  const deleteAll = () => {
    void run(() => clear(props.list));
    line?.focus(); // the buttons for it are gone, or go with the log
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    importFile(event.dataTransfer?.files[0]);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is a second way to do what the button does
    <div
      class="log-tools"
      data-over={over() ? '' : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div class="log-buttons">
        <button
          type="button"
          class="button"
          disabled={count() === 0}
          aria-disabled={busy()}
          onClick={() => void run(() => download(props.list))}
        >
          Export
        </button>
        <ImportButton busy={busy()} onFile={importFile} />
        <Show when={count() > 0}>
          <DeleteAll count={count()} busy={busy()} onDelete={deleteAll} />
        </Show>
        <p class="log-drop quiet">JSON Lines. Drop a file here to import it.</p>
      </div>
      <div ref={line} class="log-outcome" role="status" tabindex={-1}>
        <Show when={outcome()}>{(shown) => <p>{shown().text}</p>}</Show>
      </div>
      <Show when={outcome()?.rejected?.length}>
        <ul class="log-rejected numbers" aria-label="Lines that were refused">
          <For each={outcome()?.rejected}>{({ line, reason }) => <li>{`Line ${line}: ${reason}`}</li>}</For>
        </ul>
      </Show>
    </div>
  );
}

function ImportButton(props: { busy: boolean; onFile: (file: File | undefined) => void }): JSX.Element {
  let input: HTMLInputElement | undefined;
  return (
    <>
      <button type="button" class="button" aria-disabled={props.busy} onClick={() => props.busy || input?.click()}>
        Import
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Log to import"
        accept=".jsonl,.ndjson,application/jsonl,application/x-ndjson"
        onChange={(event) => {
          props.onFile(event.currentTarget.files?.[0]);
          event.currentTarget.value = ''; // so that the same file can be chosen again
        }}
      />
    </>
  );
}

/** Asks once more in its own place. */
function DeleteAll(props: { count: number; busy: boolean; onDelete: () => void }): JSX.Element {
  const question = createQuestion();
  const searches = () => (props.count === 1 ? 'the search' : `all ${formatCount(props.count)} searches`);
  return (
    <Show
      when={question.isAsked()}
      fallback={
        <button
          ref={question.ref}
          type="button"
          class="button"
          data-kind="danger"
          aria-disabled={props.busy}
          onClick={() => props.busy || question.ask()}
        >
          Delete all
        </button>
      }
    >
      <fieldset class="log-confirm">
        <legend>Delete {searches()} and their ratings for good?</legend>
        <KeepButton onClick={question.leave}>Keep them</KeepButton>
        <button
          type="button"
          class="button"
          data-kind="danger-now"
          onClick={() => {
            question.close();
            props.onDelete();
          }}
        >
          {`Delete ${searches()}`}
        </button>
      </fieldset>
    </Show>
  );
}

function toOutcome(cause: unknown): Outcome {
  const text = toAfterimageError(cause).message;
  const isRefused = cause instanceof Error && 'rejected' in cause;
  return isRefused ? { text, rejected: cause.rejected as readonly RejectedLine[] } : { text };
}

function reported({ added, updated, skipped }: ImportReport): string {
  return `${formatCount(added)} added, ${formatCount(updated)} updated, ${formatCount(skipped)} were there already.`;
}

async function clear(list: LogList): Promise<string> {
  await list.clear();
  return 'The log is empty.';
}

async function download(list: LogList): Promise<string> {
  const day = new Date().toISOString().slice(0, 10);
  let files = 0;
  for await (const file of list.exportFiles()) {
    files++;
    save(file, `afterimage-log-${day}${files > 1 ? `-${files}` : ''}.jsonl`);
  }
  return files === 1 ? 'Exported.' : `Exported as ${files} files; import them one after the other.`;
}

/** How long the browser may take to begin reading what is saved. */
const SAVE_MS = 60_000;

function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAVE_MS);
}
