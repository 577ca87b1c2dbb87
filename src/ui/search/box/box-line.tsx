import { createMemo, createSignal, type JSX, lazy, Show } from 'solid-js';
import { picturesOf } from '../../../engine/query/box/format-box.ts';
import { readBox } from '../../../engine/query/box/read-box.ts';
import { Drawer } from '../../common/drawer.tsx';
import { Part } from '../../common/part.tsx';
import { useApp } from '../../context.ts';
import './box-line.css';

const QueryParts = lazy(() => import('./query-parts.tsx'));
const BoxHelp = lazy(() => import('./box-help.tsx'));

/**
 * Below the field: what it was understood to say, whether names count, and what can be typed. As high without chips as with
 * them, so that nothing moves when they come.
 */
export function BoxLine(props: { onRemoved: () => void }): JSX.Element {
  const app = useApp();
  const [helping, setHelping] = createSignal(false);
  const hasParts = createMemo(() => {
    const { query, text } = app.address.current();
    return picturesOf(query).length > 0 || readBox(text).some(({ kind }) => kind === 'term' || kind === 'filter');
  });
  const closeHelp = () => setHelping(false);
  return (
    <div class="box-line">
      <div class="box-parts">
        <Show when={hasParts()}>
          <Part>
            <QueryParts onRemoved={props.onRemoved} />
          </Part>
        </Show>
      </div>
      <button
        type="button"
        class="chip box-names"
        aria-pressed={app.names()}
        title="Also find pictures whose title or file name has the words"
        onClick={() => app.address.replace({ names: !app.names() })}
      >
        Names
      </button>
      <button
        type="button"
        class="icon-button box-help"
        aria-label="What can be typed"
        title="What can be typed"
        aria-haspopup="dialog"
        onClick={() => setHelping(true)}
      >
        <span aria-hidden="true">?</span>
      </button>
      <Show when={helping()}>
        <Part
          frame={(failure) => (
            <Drawer title="Not loaded" onClose={closeHelp}>
              {failure}
            </Drawer>
          )}
        >
          <BoxHelp onClose={closeHelp} />
        </Part>
      </Show>
    </div>
  );
}
