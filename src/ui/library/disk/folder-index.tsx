import { type JSX, Show } from 'solid-js';
import type { LibraryFolder } from '../../../protocol/library-worker.ts';
import type { Library } from '../../../state/library/library.ts';
import { createQuestion, KeepButton } from '../../common/question.tsx';
import { foundText, INDEX_FILE, indexText } from './index-words.ts';

/** The index of a folder beside its pictures: what is there, and whether it is kept. */
export function FolderIndex(props: { library: Library; folder: LibraryFolder }): JSX.Element {
  const question = createQuestion();
  const index = () => props.folder.index;
  const leave = async (deleteFile: boolean) => {
    await props.library.leaveIndex(props.folder.id, deleteFile);
    question.leave();
  };
  return (
    <div class="library-index">
      <Show when={props.folder.found}>{(found) => <p class="quiet">{foundText(found())}</p>}</Show>
      <Show when={index()}>{(kept) => <p class="quiet">{indexText(kept())}</p>}</Show>
      <Show
        when={question.isAsked()}
        fallback={
          <p class="library-buttons">
            <Show
              when={index()}
              fallback={
                <button
                  type="button"
                  class="button"
                  ref={question.ref}
                  disabled={props.folder.access === 'missing'}
                  aria-label={`Keep the index in the folder ${props.folder.name}`}
                  onClick={() => void props.library.keepIndex(props.folder)}
                >
                  Keep the index in the folder
                </button>
              }
            >
              {(kept) => (
                <>
                  <Show when={!kept().mayWrite && props.folder.access !== 'missing'}>
                    <button
                      type="button"
                      class="button"
                      aria-label={`Allow writing it: the index in ${props.folder.name}`}
                      onClick={() => void props.library.allow(props.folder.handle, 'readwrite')}
                    >
                      Allow writing it
                    </button>
                  </Show>
                  <button
                    type="button"
                    class="button"
                    ref={question.ref}
                    aria-label={`Keep it there no more: the index in ${props.folder.name}`}
                    onClick={() => question.ask()}
                  >
                    Keep it there no more
                  </button>
                </>
              )}
            </Show>
          </p>
        }
      >
        <div class="library-question" role="group" aria-label="Keep the index no more">
          <p>Shall the file {INDEX_FILE} stay in the folder? Nothing changes in it any more.</p>
          <p class="library-buttons">
            <KeepButton onClick={() => void leave(false)}>Leave the file</KeepButton>
            <button type="button" class="button" data-kind="danger" onClick={() => void leave(true)}>
              Delete the file
            </button>
            <button type="button" class="button" onClick={() => question.leave()}>
              Cancel
            </button>
          </p>
        </div>
      </Show>
    </div>
  );
}
