import { MessageChannel, Worker } from 'node:worker_threads';
import type { Endpoint } from 'comlink';
import { startWorkerSession } from '../../src/client/worker-session.ts';
import type { NodeImageEncoder, NodeImageEncoderOptions } from '../../src/platform/encoders/clip.node.ts';
import type { VisionSession } from '../../src/platform/sessions/vision-session.node.ts';

const ENTRY = new URL('../../workers/vision.node.mjs', import.meta.url);

export interface VisionWorkerHooks {
  /** Called once, when the worker ended without having been disposed of. */
  readonly onDeath?: () => void;
  /** Another script in place of `workers/vision.node.mjs`, for tests. */
  readonly entry?: URL;
}

/**
 * The vision tower in a thread of its own. A run blocks the event loop of its thread; on the main one it would stop the
 * decoders, which are fed from there.
 * @throws AfterimageError what `createNodeImageEncoder` throws, and `worker-died`; so do the encoder's calls.
 */
export async function startVisionWorker(
  options: NodeImageEncoderOptions,
  { onDeath = () => {}, entry = ENTRY }: VisionWorkerHooks = {},
): Promise<NodeImageEncoder> {
  const thread = startThread(entry, onDeath);
  const tower = await thread
    .call((session) => session.load(options))
    .catch(async (error: unknown) => {
      await thread.end();
      throw error;
    });
  return {
    ...tower,
    encode: (batch) => thread.call((session) => session.encode(batch)),
    async dispose() {
      // What the thread cannot give back any more goes with it.
      await thread.call((session) => session.dispose()).catch(() => {});
      await thread.end();
    },
  };
}

/** @param onDeath is called once, when the thread ended without having been told to */
function startThread(entry: URL, onDeath: () => void) {
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(entry, { workerData: port2, transferList: [port2], execArgv: [] });
  let isEnded = false;
  const session = startWorkerSession<VisionSession>({
    worker: Object.assign(port1 as unknown as Endpoint, {
      terminate() {
        port1.close();
        void thread.terminate();
      },
    }),
    name: 'The vision encoder',
    advice: 'Run the same command again: it goes on from there.',
    onDeath() {
      if (!isEnded) onDeath();
    },
  });
  thread.once('error', ({ message }) => session.died(message));
  thread.once('exit', (code) => session.died(`exit code ${code}`));
  return {
    call: session.call,
    /** Calls that are pending or come later are rejected. */
    async end() {
      isEnded = true;
      session.died('it was ended');
      await thread.terminate();
    },
  };
}
