import { For, type JSX, Match, Show, Switch } from 'solid-js';
import type { Deletion, DeletionPlan } from '../../../protocol/library-files.ts';
import type { DeletionStep, DiskDeletion } from '../../../state/library/disk-deletion.ts';
import { Dialog } from '../../common/dialog.tsx';
import { formatCount } from '../../common/format.ts';
import { KeepButton } from '../../common/question.tsx';
import './delete-files.css';
import { elsewhereText, keptByReason, outcomeTitle, questionText, questionTitle } from './words.ts';

/** The question before files are deleted from the disk, and what became of it. */
export default function DeleteFiles(props: { disk: DiskDeletion }): JSX.Element {
  return <Show when={props.disk.now()}>{(now) => <Step disk={props.disk} now={now()} />}</Show>;
}

function Step(props: { disk: DiskDeletion; now: DeletionStep }): JSX.Element {
  const plan = () => (props.now.step === 'asked' || props.now.step === 'busy' ? props.now.plan : undefined);
  const deletion = () => (props.now.step === 'done' ? props.now.deletion : undefined);
  const failure = () => (props.now.step === 'failed' ? props.now.message : undefined);
  return (
    <Dialog class="delete-files" label="Delete files from the disk" onClose={props.disk.close}>
      <div class="delete-files-body">
        <Switch>
          <Match when={plan()}>
            {(asked) => <Question plan={asked()} isBusy={props.now.step === 'busy'} disk={props.disk} />}
          </Match>
          <Match when={deletion()}>{(done) => <Outcome deletion={done()} onClose={props.disk.close} />}</Match>
          <Match when={failure()}>
            {(message) => (
              <>
                <h2>Nothing was deleted from the disk</h2>
                <p role="alert">{message()}</p>
                <p class="delete-files-buttons">
                  <KeepButton onClick={props.disk.close}>Close</KeepButton>
                </p>
              </>
            )}
          </Match>
        </Switch>
      </div>
    </Dialog>
  );
}

function Question(props: { plan: DeletionPlan; isBusy: boolean; disk: DiskDeletion }): JSX.Element {
  const more = () => props.plan.files - props.plan.names.length;
  return (
    <>
      <h2>{questionTitle(props.plan)}</h2>
      <p>{questionText(props.plan)}</p>
      <Names names={props.plan.names} />
      <Show when={more() > 0}>
        <p class="quiet">and {formatCount(more())} more</p>
      </Show>
      <Show when={elsewhereText(props.plan)}>{(text) => <p class="quiet">{text()}</p>}</Show>
      <p class="quiet">
        The browser may ask whether this page may change the folder. Each file is read once more: what changed since it
        was added is not deleted.
      </p>
      <p class="delete-files-buttons">
        <button
          type="button"
          class="button"
          data-kind="danger-now"
          disabled={props.isBusy}
          onClick={() => void props.disk.agree()}
        >
          {props.plan.files === 1 ? 'Yes, delete the file' : `Yes, delete ${formatCount(props.plan.files)} files`}
        </button>
        <KeepButton disabled={props.isBusy} onClick={props.disk.close}>
          Keep them
        </KeepButton>
        <span role="status">{props.isBusy ? 'Deleting' : ''}</span>
      </p>
    </>
  );
}

function Outcome(props: { deletion: Deletion; onClose: () => void }): JSX.Element {
  return (
    <>
      <div role="status">
        <h2>{outcomeTitle(props.deletion)}</h2>
      </div>
      <For each={keptByReason(props.deletion)}>
        {({ text, names }) => (
          <div>
            <p>{text}</p>
            <Names names={names} />
          </div>
        )}
      </For>
      <p class="delete-files-buttons">
        <KeepButton onClick={props.onClose}>Close</KeepButton>
      </p>
    </>
  );
}

/** Names that others gave. */
function Names(props: { names: readonly string[] }): JSX.Element {
  return (
    <ul class="delete-files-names">
      <For each={props.names}>
        {(name) => (
          <li>
            <bdi translate="no">{name}</bdi>
          </li>
        )}
      </For>
    </ul>
  );
}
