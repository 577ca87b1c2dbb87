/** The library worker of the app, which also says what its steps take. */
import { expose } from 'comlink';
import { createLibraryStore, libraryName } from '../../../../src/platform/library/library-store.browser.ts';
import { createLibrarySession } from '../../../../src/platform/sessions/library-session.browser.ts';
import { STEPS_CHANNEL, type Steps } from '../protocol.ts';

const steps: Record<string, number> = {};
const channel = new BroadcastChannel(STEPS_CHANNEL);
channel.onmessage = () => channel.postMessage(steps satisfies Steps);

expose(
  createLibrarySession({
    openStore: (baseUrl) => createLibraryStore({ name: libraryName(baseUrl) }),
    startVisionWorker: () =>
      new Worker(new URL('../../../../workers/vision.worker.ts', import.meta.url), { type: 'module', name: 'vision' }),
    onStep: (step, milliseconds) => {
      steps[step] = (steps[step] ?? 0) + milliseconds;
    },
  }),
);
