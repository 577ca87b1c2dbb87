import { type Accessor, createMemo, createResource, createSignal } from 'solid-js';
import { type Completion, completed, completionAt, fieldsFrom } from '../../../engine/query/box/complete.ts';
import type { FilterField } from '../../../engine/query/query.ts';
import type { Choice } from '../../../state/search/context.ts';

/** What can be taken for what is being typed. */
export interface Option {
  /** What is put into the text. */
  readonly value: string;
  /** A field's name, of which a value comes next. */
  readonly field?: FilterField;
  /** Pictures that have it. */
  readonly count?: number | undefined;
}

export interface Completions {
  /** Empty: nothing is open. */
  readonly options: Accessor<readonly Option[]>;
  /** Place of the option that the keyboard is on; −1: on none. */
  readonly active: Accessor<number>;
  /** The text or the caret changed by typing. */
  typed(text: string, caret: number): void;
  /** To the next option or back; past the end and before the start is none. */
  move(by: 1 | -1): void;
  close(): void;
  /** The text with an option taken: the one at `place`, else the active one, else the first. Undefined: nothing is open. */
  take(place?: number): { readonly text: string; readonly caret: number } | undefined;
}

interface Typed {
  readonly text: string;
  readonly at: Completion;
}

/** Completes names of fields and their values where the caret is, as the person types. */
export function createCompletions(
  values: (field: FilterField, prefix: string) => Promise<readonly Choice[]>,
): Completions {
  const [typed, setTyped] = createSignal<Typed>();
  const [place, setPlace] = createSignal(-1);
  const [found] = createResource(typed, async ({ text, at }) => ({ text, at, options: await optionsOf(at) }));

  async function optionsOf(at: Completion): Promise<readonly Option[]> {
    if (at.kind === 'field') return fieldsFrom(at.prefix).map((field) => ({ value: field, field }));
    // Without values the box is as good as with them: what cannot be read is said where it is shown.
    const all = await values(at.field, at.prefix).catch(() => []);
    return all.filter(({ value }) => value !== at.prefix);
  }

  /** Those of a text that was changed meanwhile stay until the next ones are here, but cannot be taken. */
  const current = createMemo(() => {
    const isThere = found.state === 'ready' || found.state === 'refreshing';
    return typed() !== undefined && isThere ? found.latest : undefined;
  });
  const options = () => current()?.options ?? [];
  const active = () => Math.min(place(), options().length - 1);

  return {
    options,
    active,
    typed(text, caret) {
      const at = completionAt(text, caret);
      setPlace(-1);
      setTyped(at && { text, at });
    },
    move(by) {
      const size = options().length + 1; // with none of them
      setPlace(((active() + 1 + by + size) % size) - 1);
    },
    close: () => setTyped(undefined),
    take(chosen = Math.max(0, active())) {
      const { text, at, options: all } = current() ?? {};
      const option = all?.[chosen];
      if (text === undefined || !at || !option || text !== typed()?.text) return undefined;
      return completed(text, at, option.value);
    },
  };
}
