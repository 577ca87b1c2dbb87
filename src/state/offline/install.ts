import { createSignal } from 'solid-js';
import { listen } from '../shell/listen.ts';

/** The `beforeinstallprompt` event of Chromium; other browsers have a menu entry of their own. */
interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

/** The offer of the browser to install the app. */
export function createInstall() {
  const [offer, setOffer] = createSignal<InstallPromptEvent>();
  listen(window, 'beforeinstallprompt', (event) => {
    event.preventDefault();
    setOffer(event as InstallPromptEvent);
  });
  listen(window, 'appinstalled', () => setOffer(undefined));
  return {
    canInstall: () => offer() !== undefined,
    async install() {
      // Refused when it was asked before: then the browser's own menu is left.
      await offer()
        ?.prompt()
        .catch(() => undefined);
      setOffer(undefined);
    },
  };
}
