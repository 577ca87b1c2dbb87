import { createEffect, createSignal, type JSX, on, Show } from 'solid-js';
import { type Item, LIBRARY, type PictureSource } from '../../../engine/collection/types.ts';
import { PathIcon } from '../../common/icons.tsx';
import { useApp } from '../../context.ts';
import { ICONS } from '../detail-icons.ts';
import { copyPicture, download, openOriginal } from './actions.ts';

/** What can be done with the file of a picture, and with its link; and below, what came of it. */
export function FileButtons(props: { item: Item }): JSX.Element {
  const app = useApp();
  const [said, say] = createSignal('');
  createEffect(
    on(
      () => props.item.id,
      () => say(''),
      { defer: true },
    ),
  );
  const isOwn = () => app.session.collection()?.manifest.name === LIBRARY;

  /** One action at a time says what came of it; that of a picture that is not shown any more says nothing. */
  const run = async (what: string, act: (source: PictureSource) => Promise<string>) => {
    const { id } = props.item;
    const source = app.pictureSource();
    if (!source) return;
    const text = await act(source).catch((cause: unknown) => `${what} failed: ${reasonOf(cause)}`);
    if (props.item.id === id) say(text);
  };
  const save = () =>
    run('The download', async (source) => {
      const { size, name } = await download(source, props.item);
      return size === 'original' ? `Downloaded: ${name}` : `Downloaded in the size that is at hand: ${name}`;
    });
  const copyImage = () =>
    run('Copying', async (source) => {
      await copyPicture(source, props.item);
      return 'Picture copied';
    });
  const copyLink = () =>
    run('Copying', async () => {
      await navigator.clipboard.writeText(new URL(app.address.href({}), location.href).href);
      return isOwn() ? 'Link copied: it leads here in this browser only' : 'Link copied';
    });
  const open = () =>
    run('Opening', async (source) => {
      await openOriginal(source, props.item);
      return '';
    });

  return (
    <div class="detail-file">
      <div class="detail-buttons">
        <Show when={props.item.thumbnail ?? props.item.preview}>
          <FileButton icon="download" label="Download" onClick={save} />
          <Show when={canCopyPictures()}>
            <FileButton icon="copy" label="Copy picture" onClick={copyImage} />
          </Show>
        </Show>
        <Show when={navigator.clipboard}>
          <FileButton icon="link" label="Copy link" onClick={copyLink} />
        </Show>
        <Show when={isOwn()}>
          <FileButton icon="outside" label="Open original" onClick={open} />
        </Show>
      </div>
      {/* A line that is there before it says anything: nothing moves. */}
      <p class="detail-said" role="status">
        {said()}
      </p>
    </div>
  );
}

function FileButton(props: { icon: keyof typeof ICONS; label: string; onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="button" onClick={() => props.onClick()}>
      <PathIcon path={ICONS[props.icon]} size={18} />
      {props.label}
    </button>
  );
}

/** Not without a secure context, and not in Firefox before 127. */
function canCopyPictures(): boolean {
  return typeof ClipboardItem !== 'undefined' && navigator.clipboard?.write !== undefined;
}

function reasonOf(cause: unknown): string {
  if (cause instanceof DOMException && cause.name === 'NotAllowedError') return 'the browser does not allow it.';
  return cause instanceof Error ? cause.message : String(cause);
}
