import { createMemo, createSignal, For, type JSX, Show } from 'solid-js';
import type { FoundGroup } from '../../protocol/query-worker.ts';
import { createItem } from '../../state/collection/items.ts';
import { createPictureUrl } from '../../state/collection/picture-url.ts';
import { formatPictures } from '../common/format.ts';
import { itemTitle } from '../common/item-title.ts';
import { useApp } from '../context.ts';
import { rowAt } from '../grid/layout.ts';
import { createRows } from '../grid/rows.ts';
import { InternalLink } from '../shell/header.tsx';
import type { Selection } from './copies-view.tsx';
import { removerOf } from './remover.ts';
import { factsText, keepText } from './words.ts';

/** Heights in units of the text's size, so that larger text has room. */
const BELOW_REM = 3.25;
const HEADING_REM = 5;

/** A picture of a group. */
interface Member {
  readonly row: number;
  readonly id: string;
  readonly isBest: boolean;
}

/** All groups, as many rows of them in the document as the window shows. */
export function Groups(props: { groups: readonly FoundGroup[]; busy: boolean; selection: Selection }): JSX.Element {
  const [element, setElement] = createSignal<HTMLDivElement>();
  const [active, setActive] = createSignal(0);
  const members = createMemo(() => props.groups.flatMap(membersOf));
  const headings = createMemo(() => {
    let cell = 0;
    return props.groups.map(({ ids }) => {
      const heading = { cell };
      cell += ids.length;
      return heading;
    });
  });
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const { layout, cellPx, ...rows } = createRows(
    { total: () => members().length, headings, want() {} },
    element,
    active,
    { below: () => BELOW_REM * rem, heading: () => HEADING_REM * rem },
  );
  return (
    <div
      ref={setElement}
      class="copies-groups"
      aria-busy={props.busy}
      style={{ height: `${rows.height()}px`, '--cell': `${cellPx()}px` }}
    >
      <For each={rows.shown()}>
        {(index) => {
          const row = createMemo(() => rowAt(layout(), index));
          const group = createMemo(() => {
            const shown = row();
            return shown.kind === 'heading' ? props.groups[shown.heading] : undefined;
          });
          const cells = createMemo(() => {
            const shown = row();
            return shown.kind === 'cells' ? members().slice(shown.from, shown.to) : [];
          });
          return (
            <div
              class="copies-row"
              style={{ transform: `translateY(${rows.offsetOf(index)}px)`, '--columns': layout().columns }}
              onFocusIn={() => {
                const shown = row();
                setActive(shown.kind === 'cells' ? shown.from : (headings()[shown.heading]?.cell ?? 0));
              }}
            >
              <Show
                when={group()}
                fallback={
                  <ul class="copies-cells">
                    <For each={cells()}>{(member) => <CopyCell member={member} selection={props.selection} />}</For>
                  </ul>
                }
              >
                {(shown) => <GroupHeading group={shown()} selection={props.selection} />}
              </Show>
            </div>
          );
        }}
      </For>
    </div>
  );
}

function membersOf({ rows, ids }: FoundGroup): Member[] {
  return ids.map((id, i) => ({ id, row: rows[i] as number /* as many as ids */, isBest: i === 0 }));
}

/** How many there are, and which one to keep. */
function GroupHeading(props: { group: FoundGroup; selection: Selection }): JSX.Element {
  const app = useApp();
  const best = createItem(app.items, () => props.group.rows[0]);
  const others = () => props.group.ids.slice(1);
  const areChosen = () => others().every((id) => props.selection.has(id));
  const keep = () => {
    const item = best();
    return item ? `Keep the first: ${keepText(props.group.reasons, item)}` : '';
  };
  return (
    <div class="copies-heading">
      <div>
        <h2>{formatPictures(props.group.ids.length)}</h2>
        <p class="quiet">{keep()}</p>
      </div>
      <Show when={removerOf(app)}>
        <button
          type="button"
          class="button"
          aria-label={`${areChosen() ? 'Unselect' : 'Select'} the others: copies of ${itemTitle(best())}`}
          onClick={() => props.selection.toggle(others(), !areChosen())}
        >
          {areChosen() ? 'Unselect the others' : 'Select the others'}
        </button>
      </Show>
    </div>
  );
}

function CopyCell(props: { member: Member; selection: Selection }): JSX.Element {
  const app = useApp();
  const item = createItem(app.items, () => props.member.row);
  const source = createPictureUrl(app.pictureSource, item, 'thumbnail');
  const facts = () => {
    const shown = item();
    return shown ? factsText(shown) : '';
  };
  const isChosen = () => props.selection.has(props.member.id);
  return (
    <li class="copies-cell" data-chosen={isChosen() ? '' : undefined}>
      <InternalLink class="copies-picture" patch={{ view: 'search', item: props.member.id }}>
        <span class="picture" data-state={item()?.thumbnail ? 'shown' : 'none'}>
          <Show
            when={item()?.thumbnail}
            fallback={
              <span class="picture-name" dir="auto" aria-hidden="true">
                {itemTitle(item())}
              </span>
            }
          >
            {(picture) => (
              <img
                src={source()}
                alt=""
                width={picture().width}
                height={picture().height}
                decoding="async"
                draggable={false}
              />
            )}
          </Show>
        </span>
        <Show when={props.member.isBest}>
          <span class="copies-best">Keep</span>
        </Show>
        <span class="visually-hidden">{`Show ${itemTitle(item())}`}</span>
      </InternalLink>
      <Show when={removerOf(app)} fallback={<CellText name={itemTitle(item())} facts={facts()} />}>
        <label class="copies-choice">
          <input
            type="checkbox"
            checked={isChosen()}
            onChange={(event) => props.selection.toggle([props.member.id], event.currentTarget.checked)}
          />
          <CellText name={itemTitle(item())} facts={facts()} />
        </label>
      </Show>
    </li>
  );
}

function CellText(props: { name: string; facts: string }): JSX.Element {
  return (
    <span class="copies-text">
      <span class="copies-name" dir="auto">
        {props.name}
      </span>
      <span class="quiet numbers">{props.facts}</span>
    </span>
  );
}
