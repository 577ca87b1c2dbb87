import { type Accessor, batch, createSignal } from 'solid-js';
import { registerServiceWorker, whenInstalled } from '../../service-worker/register.ts';
import { isRefusal, whyNotKept } from '../../service-worker/why-not-kept.ts';
import { listen } from '../shell/listen.ts';

/** The app itself without a network: its service worker. */
export interface KeptApp {
  readonly shell: Accessor<boolean>;
  /** That the browser forbids it, and what to do. */
  readonly refused: Accessor<string | undefined>;
  /** Why it could not be kept this time, or in the browser's words why it is forbidden, and what to do. */
  readonly problem: Accessor<string | undefined>;
  /** Never rejects. Tried again by itself when a network that was lost is back. */
  keep(): Promise<void>;
  /** It was removed. */
  forget(): void;
}

/**
 * @param container undefined where there are no service workers
 * @param watch told of the registration, once there is one
 */
export function createKeptApp(
  baseUrl: string,
  container: ServiceWorkerContainer | undefined,
  watch: (registration: ServiceWorkerRegistration) => void,
): KeptApp {
  const [shell, setShell] = createSignal(Boolean(container?.controller));
  const [isRefused, setRefused] = createSignal(false);
  const [problem, setProblem] = createSignal<string>();
  let unfinished = false;

  const keep = async () => {
    if (!container) return;
    unfinished = true;
    try {
      const registration = await registerServiceWorker(baseUrl, container);
      await whenInstalled(registration);
      watch(registration);
      unfinished = false;
      batch(() => {
        setShell(true);
        setRefused(false);
        setProblem(undefined);
      });
    } catch (error) {
      batch(() => {
        setRefused(isRefusal(error));
        setProblem(
          isRefusal(error) ? refusal(error) : `The app could not be kept for offline use. ${whyNotKept(error)}`,
        );
      });
    }
  };

  listen(window, 'online', () => unfinished && void keep());
  // A version that cannot open its collection never comes to `keep`, and the next version may be the cure.
  if (container?.controller) {
    container.getRegistration(baseUrl).then(
      (registration) => registration && watch(registration),
      () => undefined, // `keep` asks anew
    );
  }

  return {
    shell,
    refused: () => (isRefused() ? REFUSED : undefined),
    problem,
    keep,
    forget() {
      unfinished = false;
      setShell(false);
    },
  };
}

const REFUSED =
  'This browser may not keep Afterimage, so it needs a network each time. Search works all the same; to keep it, leave ' +
  'the private window or allow this site to store data.';

function refusal(error: unknown): string {
  return `${REFUSED} The browser says: ${error instanceof Error ? error.message : String(error)}`;
}
