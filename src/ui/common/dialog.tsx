import { type JSX, onCleanup, onMount } from 'solid-js';
import './dialog.css';
import { NoticeLines } from '../shell/notices.tsx';

/** A modal dialog, open for as long as it is in the page; Escape asks to close it, as the system's way back does. */
export function Dialog(props: {
  class: string;
  label: string;
  /** A click beside the dialog closes it, where the browser knows this. */
  light?: boolean;
  onClose: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  children: JSX.Element;
}): JSX.Element {
  let dialog: HTMLDialogElement | undefined;
  onMount(() => {
    if (props.light) dialog?.setAttribute('closedby', 'any');
    const root = document.documentElement;
    root.style.setProperty('--scroll-bar', `${innerWidth - root.getBoundingClientRect().width}px`); // base.css
    dialog?.showModal();
  });
  // Gives the focus back to where it was.
  onCleanup(() => dialog?.close());
  return (
    <dialog
      ref={dialog}
      class={props.class}
      aria-label={props.label}
      onKeyDown={(event) => props.onKeyDown?.(event)}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      {props.children}
      {/* Those of the page lie below a modal dialog and cannot be reached. */}
      <NoticeLines />
    </dialog>
  );
}
