import { createMemo, createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import type { Item, PictureFile } from '../../engine/collection/types.ts';
import { createPictureUrl } from '../../state/collection/picture-url.ts';
import { itemTitle } from '../common/item-title.ts';
import { useApp } from '../context.ts';
import type { Point } from './swipe.ts';
import type { Zoom } from './zoom/zoom.ts';

/**
 * The preview over its thumbnail, which stays where the preview cannot be loaded; and above both, once the picture is
 * enlarged, the original, where there is one that the browser can show.
 */
export function LargePicture(props: {
  item: Item;
  thumbnail: PictureFile;
  stage: HTMLElement | undefined;
  zoom: Zoom;
  dragged: Point | undefined;
}): JSX.Element {
  const app = useApp();
  const preview = () => props.item.preview ?? props.thumbnail;
  const item = () => props.item;
  const thumbnailUrl = createPictureUrl(app.pictureSource, item, 'thumbnail');
  const previewUrl = createPictureUrl(app.pictureSource, item, 'preview');
  const original = createOriginal(item);
  let frame: HTMLDivElement | undefined;

  onMount(() => {
    const { stage } = props;
    if (!stage || !frame) return;
    const pixels = () => ((original.exists() ? props.item.width : 0) || preview().width) / devicePixelRatio;
    props.zoom.attach({ stage, frame, pixels });
  });
  onCleanup(() => props.zoom.attach(undefined));

  const transform = () => {
    const { x, y, scale } = props.zoom.view();
    const { x: right, y: down } = (scale === 1 && props.dragged) || { x: 0, y: 0 };
    return scale === 1 && !props.dragged ? undefined : `translate(${x + right}px, ${y + down}px) scale(${scale})`;
  };
  return (
    <div
      ref={frame}
      class="stage-frame"
      data-gliding={props.zoom.isGliding() && !props.dragged ? '' : undefined}
      style={{ '--width': preview().width, '--height': preview().height, transform: transform() }}
    >
      <img class="stage-thumbnail" src={thumbnailUrl()} alt={itemTitle(props.item)} draggable={false} />
      <Show when={preview().path !== props.thumbnail.path}>
        <Sharper src={previewUrl()} />
      </Show>
      <Show when={original.url()}>{(url) => <Sharper src={url()} />}</Show>
    </div>
  );
}

/** Shown when all of it is here. */
function Sharper(props: { src: string | undefined }): JSX.Element {
  const [shown, setShown] = createSignal<string>();
  return (
    <img
      src={props.src}
      alt=""
      data-shown={shown() !== undefined && shown() === props.src ? '' : undefined}
      draggable={false}
      decoding="async"
      onLoad={() => setShown(props.src)}
    />
  );
}

/** The original of an item, read from when somebody asks whether it exists. */
function createOriginal(item: () => Item) {
  const app = useApp();
  const [isWanted, want] = createSignal(false);
  const picture = createMemo(() => (isWanted() ? app.pictureSource()?.picture(item(), 'original') : undefined));
  const source = createMemo(() => {
    const found = picture();
    return found && { picture: () => found };
  });
  return {
    exists() {
      want(true);
      return picture() !== undefined;
    },
    url: createPictureUrl(source, item, 'original'),
  };
}
