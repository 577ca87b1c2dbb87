import { type Accessor, createSignal } from 'solid-js';
import type { LibraryClient } from '../../client/library-client.ts';
import { toAfterimageError } from '../../engine/errors.ts';
import type { Deletion, DeletionOf, DeletionPlan } from '../../protocol/library-files.ts';
import { mayWrite } from './permission.ts';

/** `asked`: whether files shall be deleted. `busy`: they are. `done`: what became of it. */
export type DeletionStep =
  | { readonly step: 'asked'; readonly plan: DeletionPlan }
  | { readonly step: 'busy'; readonly plan: DeletionPlan }
  | { readonly step: 'done'; readonly deletion: Deletion }
  | { readonly step: 'failed'; readonly message: string };

/** Deleting files from the disk: one question at a time, and what became of it. */
export interface DiskDeletion {
  /** Undefined: nothing is asked. */
  readonly now: Accessor<DeletionStep | undefined>;
  /** Ask about what would be deleted. @param onDone told of what became of it */
  ask(plan: DeletionPlan, onDone?: (deletion: Deletion) => void): void;
  /** The same, of what has to be looked up first. */
  askFor(of: DeletionOf, onDone?: (deletion: Deletion) => void): Promise<void>;
  /** Yes. To be called by a click: the browser asks whether the page may change the folders, now and never before. */
  agree(): Promise<void>;
  /** No, or the outcome was read. */
  close(): void;
}

/** @param onDone files were deleted, or found to be gone */
export function createDiskDeletion(
  client: Pick<LibraryClient, 'planDeletion' | 'deleteFiles'>,
  onDone: () => Promise<void>,
): DiskDeletion {
  const [now, setNow] = createSignal<DeletionStep>();
  let tell: (deletion: Deletion) => void = () => {};
  const fail = (cause: unknown) => void setNow({ step: 'failed', message: toAfterimageError(cause).message });
  const ask: DiskDeletion['ask'] = (plan, told = () => {}) => {
    tell = told;
    setNow({ step: 'asked', plan });
  };

  return {
    now,
    ask,
    askFor: (of, told) => client.planDeletion(of).then((plan) => ask(plan, told), fail),
    async agree() {
      const asked = now();
      if (asked?.step !== 'asked') return;
      const { plan } = asked;
      setNow({ step: 'busy', plan });
      try {
        // What is refused is said of its files. The first question is asked at once: it takes the click.
        for (const { handle } of plan.folders) await mayWrite(handle);
        const deletion = await client.deleteFiles(plan.id);
        setNow({ step: 'done', deletion });
        tell(deletion);
        await onDone();
      } catch (cause) {
        fail(cause);
      }
    },
    close() {
      if (now()?.step !== 'busy') setNow(undefined);
    },
  };
}
