import type { Accessor } from 'solid-js';
import { createSignal } from 'solid-js';

/** One quiet line for the person; it stays until dismissed. */
export interface Notice {
  readonly id: string;
  readonly text: string;
  readonly action?: NoticeAction;
  /** What else can be done. */
  readonly other?: NoticeAction;
}

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Notices {
  readonly list: Accessor<readonly Notice[]>;
  /** Says `text`; a second notice of the same id replaces the first. */
  say(id: string, text: string, action?: NoticeAction, other?: NoticeAction): void;
  dismiss(id: string): void;
}

export function createNotices(): Notices {
  const [list, setList] = createSignal<readonly Notice[]>([]);
  const without = (all: readonly Notice[], id: string) => all.filter((notice) => notice.id !== id);
  return {
    list,
    // Effects say and dismiss, and must not run again because of it: the list is not read here.
    say: (id, text, action, other) =>
      setList((all) => [...without(all, id), { id, text, ...(action && { action }), ...(other && { other }) }]),
    dismiss: (id) => setList((all) => without(all, id)),
  };
}
