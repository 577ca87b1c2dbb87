import { createSignal, type JSX, Show } from 'solid-js';
import type { Addition } from '../../protocol/library-worker.ts';
import { canKeepFolders, ofInput, pickFolder } from '../../state/library/gather.ts';
import type { Library } from '../../state/library/library.ts';
import { ACCEPT } from '../../state/library/take-files.ts';
import { useApp } from '../context.ts';
import { rateInWords } from './queue/sentences.ts';

/** The ways in: a folder, single pictures, what is dropped or pasted. */
export function Adding(props: { library: Library }): JSX.Element {
  const app = useApp();
  const [isListing, setListing] = createSignal(false);
  let folderInput: HTMLInputElement | undefined;
  let fileInput: HTMLInputElement | undefined;
  const isEmpty = () => props.library.overview()?.count === 0;

  const add = async (additions: readonly Addition[]) => {
    if (additions.length > 0) await props.library.add(additions);
  };
  const take = async (input: HTMLInputElement) => {
    setListing(true);
    await add(ofInput(input.files ?? []));
    setListing(false);
    input.value = ''; // else the same choice once more is no change
  };
  const chooseFolder = async () => {
    if (!canKeepFolders()) return folderInput?.click();
    try {
      await add(await pickFolder());
    } catch (error) {
      app.notices.say('library', `The folder could not be opened. ${error instanceof Error ? error.message : ''}`);
    }
  };

  return (
    <section class="library-adding" aria-labelledby="library-adding">
      <h2 id="library-adding">Add pictures</h2>
      <p class="library-buttons">
        <button type="button" class="button" data-kind="primary" onClick={() => void chooseFolder()}>
          Choose a folder
        </button>
        <button type="button" class="button" onClick={() => fileInput?.click()}>
          Choose pictures
        </button>
      </p>
      <input
        ref={(input) => {
          folderInput = input;
          input.webkitdirectory = true;
        }}
        type="file"
        hidden
        aria-label="Folder of pictures"
        onChange={(event) => void take(event.currentTarget)}
      />
      <input
        ref={fileInput}
        type="file"
        multiple
        accept={ACCEPT}
        hidden
        aria-label="Pictures"
        onChange={(event) => void take(event.currentTarget)}
      />
      <p class="quiet">
        <Show when={isListing()} fallback="Or drop files and folders anywhere on this page, or paste a picture.">
          The files are being listed.
        </Show>
      </p>
      <Show when={isEmpty()}>
        <WhatHappens library={props.library} />
      </Show>
    </section>
  );
}

/** Before the first picture: what to expect. */
function WhatHappens(props: { library: Library }): JSX.Element {
  const rate = () => props.library.queue()?.perSecond;
  return (
    <div class="prose library-expect">
      <h3>What happens then</h3>
      <ul>
        <li>
          A model looks at each picture once, in this browser. You can search what is in while the rest is still coming.
        </li>
        <li>
          <Show
            when={rate()}
            fallback="How long it takes depends on this device: from a few pictures a second to some dozens. The time left is shown as soon as the first are in."
          >
            {(perSecond) => `This device takes in ${rateInWords(perSecond())}.`}
          </Show>
        </li>
        <li>
          The pictures stay where they are; a folder is only read, unless you ask for more. This browser keeps a small
          copy of each, and what the model saw in it.
        </li>
        <li>You can pause, close this page and go on another day.</li>
        <Show when={!canKeepFolders()}>
          <li>
            This browser cannot open a folder again by itself: to go on another day, or to see the large pictures, you
            choose the folder again.
          </li>
        </Show>
      </ul>
    </div>
  );
}
