import { createUniqueId, For, type JSX } from 'solid-js';
import './tabs.css';

/** Several panels in one place, as in the ARIA tabs pattern: the arrow keys go from tab to tab. */
export function Tabs<Id extends string>(props: {
  label: string;
  tabs: readonly { readonly id: Id; readonly label: string }[];
  chosen: Id;
  onChoose: (id: Id) => void;
  /** What the chosen tab shows. */
  children: JSX.Element;
}): JSX.Element {
  const name = createUniqueId();
  let list: HTMLDivElement | undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const at = props.tabs.findIndex(({ id }) => id === props.chosen);
    const next = props.tabs.at((at + step) % props.tabs.length);
    if (!next) return;
    props.onChoose(next.id);
    list?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  };
  return (
    <div class="tabs">
      <div ref={list} class="tab-list" role="tablist" aria-label={props.label} onKeyDown={onKeyDown}>
        <For each={props.tabs}>
          {({ id, label }) => (
            <button
              type="button"
              class="tab"
              role="tab"
              id={`${name}-${id}`}
              aria-controls={name}
              aria-selected={props.chosen === id}
              tabindex={props.chosen === id ? 0 : -1}
              onClick={() => props.onChoose(id)}
            >
              {label}
            </button>
          )}
        </For>
      </div>
      <div id={name} class="tab-panel" role="tabpanel" aria-labelledby={`${name}-${props.chosen}`}>
        {props.children}
      </div>
    </div>
  );
}
