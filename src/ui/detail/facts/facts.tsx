import { For, type JSX, Show } from 'solid-js';
import { cameraOf, copiesOf, otherFilesOf, type Place, placeOf } from '../../../engine/collection/extensions/facts.ts';
import type { Item } from '../../../engine/collection/types.ts';
import { NEAR_KM, writeNear } from '../../../engine/query/near.ts';
import { originOf } from '../../../state/collection/together.ts';
import { Fact } from '../../common/fact.tsx';
import { formatCount, formatScore } from '../../common/format.ts';
import { itemTitle } from '../../common/item-title.ts';
import { type App, useApp } from '../../context.ts';
import { RatingError } from '../../ratings/search-rating.tsx';
import { Thumbs } from '../../ratings/thumbs.tsx';
import { matchText } from '../../search/matches.ts';
import { FileButtons } from '../file/file-buttons.tsx';
import { LikeButtons } from '../like-buttons.tsx';
import { dateFact } from './date-fact.ts';
import { OriginalFact } from './original-fact.tsx';
import { fileName, folderOf, formatPlace, sizeFact, typeOf } from './words.ts';

/** What is known of the opened picture, and what can be done with it. */
export function Facts(props: { item: Item }): JSX.Element {
  const app = useApp();
  const cell = app.opened.cell;
  const origin = () => originOf(app.session, props.item);
  const score = () => {
    const shown = cell();
    return shown === undefined ? null : (app.pictures.at(shown)?.similarity ?? null);
  };
  return (
    <>
      {/* Stepping with the keys leaves the focus where it is, so the new picture is said. */}
      <h2 aria-live="polite">
        <bdi>{itemTitle(props.item)}</bdi>
      </h2>
      <Show when={score() !== null}>
        <Show when={app.search.response()}>
          {(response) => <p class="detail-match">{matchText(response(), cell() ?? 0)}</p>}
        </Show>
      </Show>
      <Show when={cell() !== undefined && app.search.response() && !app.ratings.off()}>
        <Judge item={props.item} />
      </Show>
      <LikeButtons item={props.item} />
      <FileButtons item={props.item} />
      <dl class="facts numbers">
        <Show when={score() !== null}>
          <Fact name="Score">{formatScore(score() ?? 0)}</Fact>
        </Show>
        <Show when={cell() !== undefined}>
          <Fact name={score() === null ? 'Place' : 'Rank'}>
            {formatCount((cell() ?? 0) + 1)} of {formatCount(app.pictures.total())}
          </Fact>
        </Show>
        <FileFacts item={props.item} />
        <Show when={origin()}>{(from) => <Fact name="Collection">{from().title}</Fact>}</Show>
        <Show when={modelOf(app, origin())}>
          {(model) => <Fact name="Model">{score() === null ? model() : `Found by ${model()}`}</Fact>}
        </Show>
        <Show when={props.item.licence ?? origin()?.licence ?? app.session.collection()?.manifest.licence}>
          {(licence) => <Fact name="Licence">{licence()}</Fact>}
        </Show>
        <OriginalFact item={props.item} />
      </dl>
    </>
  );
}

/** Which model finds pictures of a collection, where several do. */
function modelOf({ session, otherModels }: App, origin: ReturnType<typeof originOf>): string | undefined {
  const models = session.collection()?.together?.models ?? [];
  if (models.length < 2 || !origin) return undefined;
  const { id, sha256 } = origin.made;
  const encoder = session.encoder();
  if (encoder?.modelId === id) return encoder.modelTitle;
  return otherModels.list().find(({ model }) => model.sha256 === sha256)?.title ?? id;
}

function Judge(props: { item: Item }): JSX.Element {
  const app = useApp();
  return (
    <div>
      <Thumbs
        labelled
        title={itemTitle(props.item)}
        value={app.ratings.judgement(props.item.id)}
        onChange={(judgement) => {
          app.commit();
          void app.ratings.judge(props.item.id, judgement);
        }}
      />
      <RatingError ratings={app.ratings} />
    </div>
  );
}

/** What the file says of itself. All of it is text of somebody else's. */
function FileFacts(props: { item: Item }): JSX.Element {
  return (
    <>
      <Fact name="File">
        <Untrusted text={fileName(props.item)} />
        <For each={otherFilesOf(props.item)}>{(name) => <Untrusted text={name} />}</For>
      </Fact>
      <Show when={otherNames(props.item).length > 0}>
        <Fact name="Same file">
          <For each={otherNames(props.item)}>{(name) => <Untrusted text={name} />}</For>
        </Fact>
      </Show>
      <Show when={folderOf(props.item)}>
        {(folder) => (
          <Fact name="Folder">
            <Untrusted text={folder()} />
          </Fact>
        )}
      </Show>
      <Show when={typeOf(props.item)}>{(type) => <Fact name="Type">{type()}</Fact>}</Show>
      <Show when={sizeFact(props.item)}>{(size) => <Fact name="Size">{size()}</Fact>}</Show>
      <Show when={dateFact(props.item)}>
        {(date) => (
          <Fact name={date().name}>
            {date().text}
            <Show when={date().source}>{(source) => <span class="fact-source">{source()}</span>}</Show>
          </Fact>
        )}
      </Show>
      <Show when={cameraOf(props.item)}>
        {(camera) => (
          <Fact name="Camera">
            <Untrusted text={camera()} />
          </Fact>
        )}
      </Show>
      <Show when={placeOf(props.item)}>{(place) => <PlaceFact place={place()} />}</Show>
    </>
  );
}

/** Other places where the same content is. */
function otherNames(item: Item): readonly string[] {
  return copiesOf(item).filter((name) => name !== item.name);
}

/** Where it was taken, and the way to what was taken around it. */
function PlaceFact(props: { place: Place }): JSX.Element {
  const app = useApp();
  const searchNear = () => {
    const near = { field: 'near', value: writeNear(props.place) } as const;
    app.address.go({ query: { terms: [], filters: [near] }, item: null });
    app.commit();
  };
  return (
    <Fact name="Taken at">
      {formatPlace(props.place)}
      <button type="button" class="button fact-button" onClick={searchNear}>
        Pictures from within {NEAR_KM} km
      </button>
    </Fact>
  );
}

function Untrusted(props: { text: string }): JSX.Element {
  return (
    <bdi class="fact-line" translate="no">
      {props.text}
    </bdi>
  );
}
