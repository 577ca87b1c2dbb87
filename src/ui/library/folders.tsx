import { For, type JSX, Show } from 'solid-js';
import type { LibraryFolder } from '../../protocol/library-worker.ts';
import type { Library } from '../../state/library/library.ts';
import { formatPictures } from '../common/format.ts';
import { createQuestion, KeepButton } from '../common/question.tsx';
import { FolderIndex } from './disk/folder-index.tsx';

const ACCESS: Readonly<Record<LibraryFolder['access'], string>> = {
  granted: 'Can be read',
  prompt: 'The browser asks before it is read again',
  denied: 'You did not allow reading it',
  missing: 'Not at hand. Its pictures can be searched all the same',
};

/** Folders whose handles are kept: looked through again, or forgotten. */
export function Folders(props: { library: Library; onEmpty: () => void }): JSX.Element {
  const folders = () => props.library.overview()?.folders ?? [];
  let title: HTMLHeadingElement | undefined;
  const onGone = () => {
    if (title?.isConnected) title.focus();
    else props.onEmpty();
  };
  return (
    <Show when={folders().length > 0}>
      <section class="library-folders" aria-labelledby="library-folders">
        <h2 id="library-folders" ref={title} tabindex={-1}>
          Folders
        </h2>
        <ul class="library-list">
          {/* By their ids: what is known of them is read again and again, and a question stays meanwhile. */}
          <For each={folders().map(({ id }) => id)}>
            {(id) => (
              <Show when={folders().find((folder) => folder.id === id)}>
                {(folder) => <Folder library={props.library} folder={folder()} onGone={onGone} />}
              </Show>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}

function Folder(props: { library: Library; folder: LibraryFolder; onGone: () => void }): JSX.Element {
  const question = createQuestion();
  const mayAsk = () => props.folder.access === 'prompt' || props.folder.access === 'denied';
  const drop = async (withPictures: boolean) => {
    await props.library.forgetFolder(props.folder.id, withPictures);
    props.onGone();
  };
  return (
    <li>
      <div>
        <p class="library-path" dir="auto">
          {props.folder.name}
        </p>
        <p class="quiet">{`${formatPictures(props.folder.count)}. ${ACCESS[props.folder.access]}.`}</p>
      </div>
      <Show
        when={!question.isAsked()}
        fallback={
          <ForgetQuestion
            count={props.folder.count}
            onKeepPictures={() => void drop(false)}
            onDeletePictures={() => void drop(true)}
            onCancel={question.leave}
          />
        }
      >
        <p class="library-buttons">
          <Show
            when={mayAsk()}
            fallback={
              <button
                type="button"
                class="button"
                aria-label={`Look for changes in ${props.folder.name}`}
                onClick={() => void props.library.rescan(props.folder.id)}
              >
                Look for changes
              </button>
            }
          >
            <button
              type="button"
              class="button"
              onClick={() => void props.library.allow(props.folder.handle, props.folder.index ? 'readwrite' : 'read')}
            >
              Allow reading it
            </button>
          </Show>
          <button
            ref={question.ref}
            type="button"
            class="button"
            aria-label={`Forget ${props.folder.name}`}
            onClick={() => question.ask()}
          >
            Forget
          </button>
        </p>
      </Show>
      <FolderIndex library={props.library} folder={props.folder} />
    </li>
  );
}

function ForgetQuestion(props: {
  count: number;
  onKeepPictures: () => void;
  onDeletePictures: () => void;
  onCancel: () => void;
}): JSX.Element {
  return (
    <div class="library-question" role="group" aria-label="Forget the folder">
      <p>
        The files on your disk stay as they are. Shall what this page keeps of {formatPictures(props.count)} stay too?
      </p>
      <p class="library-buttons">
        <KeepButton onClick={props.onKeepPictures}>Keep them here</KeepButton>
        <button type="button" class="button" data-kind="danger" onClick={() => props.onDeletePictures()}>
          Delete them here
        </button>
        <button type="button" class="button" onClick={() => props.onCancel()}>
          Cancel
        </button>
      </p>
    </div>
  );
}
