import { For, type JSX, Show } from 'solid-js';
import { ofInput } from '../../../state/library/gather.ts';
import type { Library } from '../../../state/library/library.ts';
import { ACCEPT } from '../../../state/library/take-files.ts';
import { formatFiles } from './sentences.ts';

/** Folders that may not be read until the visitor allows it again, and files that have to be chosen again. */
export function Waiting(props: { library: Library }): JSX.Element {
  const folders = () => props.library.overview()?.folders ?? [];
  const toChoose = () => props.library.queue()?.toChoose ?? 0;
  return (
    <div class="library-waiting">
      <For each={folders().filter(({ access }) => access === 'prompt' || access === 'denied')}>
        {(folder) => (
          <p>
            <button type="button" class="button" onClick={() => void props.library.allow(folder.handle)}>
              <span>
                Allow reading “<bdi>{folder.name}</bdi>” again
              </span>
            </button>
          </p>
        )}
      </For>
      <For each={folders().filter(({ access }) => access === 'missing')}>
        {(folder) => (
          <p>
            The folder “<bdi>{folder.name}</bdi>” is not at hand. If it is on a disk, connect it; then continue.
          </p>
        )}
      </For>
      <Show when={toChoose() > 0}>
        <ChooseAgain library={props.library} count={toChoose()} />
      </Show>
      <p>
        <button type="button" class="button" onClick={() => void props.library.resume()}>
          Continue
        </button>
      </p>
    </div>
  );
}

/** What is known by its content is not read by the model once more. */
function ChooseAgain(props: { library: Library; count: number }): JSX.Element {
  let folder: HTMLInputElement | undefined;
  let files: HTMLInputElement | undefined;
  const take = async (input: HTMLInputElement) => {
    await props.library.add(ofInput(input.files ?? []));
    input.value = ''; // else the same choice once more is no change
  };
  return (
    <p>
      {`This browser cannot open ${formatFiles(props.count)} again by itself. `}
      <button type="button" class="button" onClick={() => folder?.click()}>
        Choose their folder again
      </button>{' '}
      <button type="button" class="button" onClick={() => files?.click()}>
        Choose the files again
      </button>
      <input
        ref={(input) => {
          folder = input;
          input.webkitdirectory = true;
        }}
        type="file"
        hidden
        aria-label="Folder to choose again"
        onChange={(event) => void take(event.currentTarget)}
      />
      <input
        ref={files}
        type="file"
        multiple
        accept={ACCEPT}
        hidden
        aria-label="Pictures to choose again"
        onChange={(event) => void take(event.currentTarget)}
      />
    </p>
  );
}
