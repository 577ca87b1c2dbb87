import { For, type JSX } from 'solid-js';
import { Icon } from '../common/icons.tsx';
import { useApp } from '../context.ts';
import './notices.css';

/** Quiet lines at the foot of the page; above them, lines that offer something, which are not read out as they change. */
export function NoticeLines(props: { children?: JSX.Element }): JSX.Element {
  return (
    <div class="notices">
      {props.children}
      <Said />
    </div>
  );
}

function Said(): JSX.Element {
  const app = useApp();
  return (
    <div class="notices-said" role="status">
      <For each={app.notices.list().slice(-3)}>
        {(notice) => (
          <p class="notice">
            <span>{notice.text}</span>
            <For each={[notice.action, notice.other].filter((action) => action !== undefined)}>
              {(action) => (
                <button type="button" class="button" onClick={() => action.run()}>
                  {action.label}
                </button>
              )}
            </For>
            <button
              type="button"
              class="icon-button"
              aria-label="Dismiss"
              title="Dismiss"
              onClick={() => app.notices.dismiss(notice.id)}
            >
              <Icon name="close" size={16} />
            </button>
          </p>
        )}
      </For>
    </div>
  );
}
