import type { Accessor } from 'solid-js';
import { createSignal } from 'solid-js';

/** One quiet line for the person; it stays until dismissed. */
export interface Notice {
  readonly id: string;
  readonly text: string;
}

export interface Notices {
  readonly list: Accessor<readonly Notice[]>;
  /** Says `text`; a second notice of the same id replaces the first. */
  say(id: string, text: string): void;
  dismiss(id: string): void;
}

export function createNotices(): Notices {
  const [list, setList] = createSignal<readonly Notice[]>([]);
  const without = (id: string) => list().filter((notice) => notice.id !== id);
  return {
    list,
    say: (id, text) => setList([...without(id), { id, text }]),
    dismiss: (id) => setList(without(id)),
  };
}
