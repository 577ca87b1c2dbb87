import { createComponent } from 'solid-js';
import { render } from 'solid-js/web';
import { createLog, type LogOptions } from '../../state/log/log.ts';
import { createAddressBar } from '../../state/search/address.ts';
import { type App, AppContext } from '../context.ts';
import LogView from './log-view.tsx';

/** Shows the page of the log, for tests. Returns what removes it. */
export function showLog(name: string, open: NonNullable<LogOptions['open']>): () => void {
  const root = document.createElement('main');
  document.body.append(root);
  const dispose = render(() => {
    const log = createLog({ name, items: async () => [], open });
    const session = { collection: () => undefined };
    const app = { log, address: createAddressBar(), session, pictureSource: () => undefined } as unknown as App;
    return createComponent(AppContext.Provider, {
      value: app,
      get children() {
        return createComponent(LogView, {});
      },
    });
  }, root);
  return () => {
    dispose();
    root.remove();
  };
}
