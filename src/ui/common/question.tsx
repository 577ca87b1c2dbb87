import { type Accessor, createSignal, type JSX, Show } from 'solid-js';

/** Whether something shall be deleted: asked in the place of the button that was pressed for it. */
export interface Question {
  readonly isAsked: Accessor<boolean>;
  /** Of the button that asks. */
  ref(opener: HTMLButtonElement): void;
  ask(): void;
  /** Answered: the keyboard goes on elsewhere. */
  close(): void;
  /** Back to the button that asked, with the keyboard, which was on one that is gone. @returns whether it is there */
  leave(): boolean;
}

export function createQuestion(): Question {
  const [isAsked, setAsked] = createSignal(false);
  let opener: HTMLButtonElement | undefined;
  return {
    isAsked,
    ref(button) {
      opener = button;
    },
    ask: () => setAsked(true),
    close: () => setAsked(false),
    leave() {
      setAsked(false);
      opener?.focus();
      return opener?.isConnected ?? false;
    },
  };
}

/** The button that deletes, which asks once more before it does it. */
export function DeleteButton(props: {
  question: Question;
  label: string;
  /** The answers. */
  yes: string;
  no: string;
  /** Deletes, and leaves the question where it stays on the page. */
  onYes: () => void;
}): JSX.Element {
  return (
    <Show
      when={props.question.isAsked()}
      fallback={
        <button
          ref={props.question.ref}
          type="button"
          class="button"
          data-kind="danger"
          onClick={() => props.question.ask()}
        >
          {props.label}
        </button>
      }
    >
      <Answers yes={props.yes} no={props.no} onYes={props.onYes} onNo={props.question.leave} />
    </Show>
  );
}

/** Both are there until what was agreed to is done. */
function Answers(props: { yes: string; no: string; onYes: () => void; onNo: () => void }): JSX.Element {
  const [isBusy, setBusy] = createSignal(false);
  const agree = () => {
    setBusy(true);
    props.onYes();
  };
  return (
    <>
      <button type="button" class="button" data-kind="danger-now" disabled={isBusy()} onClick={agree}>
        {props.yes}
      </button>
      <KeepButton disabled={isBusy()} onClick={props.onNo}>
        {props.no}
      </KeepButton>
    </>
  );
}

/** The answer by which least is lost. It has the keyboard from the beginning. */
export function KeepButton(props: { disabled?: boolean; onClick: () => void; children: JSX.Element }): JSX.Element {
  return (
    <button
      type="button"
      class="button"
      ref={(button) => queueMicrotask(() => button.focus())}
      disabled={props.disabled}
      onClick={() => props.onClick()}
    >
      {props.children}
    </button>
  );
}
