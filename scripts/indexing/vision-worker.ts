import { MessageChannel, Worker } from 'node:worker_threads';
import { type Endpoint, type Remote, wrap } from 'comlink';
import { AfterimageError, toAfterimageError } from '../../src/engine/errors.ts';
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

/** Comlink leaves calls to a thread that ended pending for ever: here, its end rejects all of them. */
function startThread(entry: URL, onDeath: () => void) {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(entry, { workerData: port2, transferList: [port2], execArgv: [] });
  const session = wrap<VisionSession>(port1 as unknown as Endpoint);
  const pending = new Set<(cause: AfterimageError) => void>();
  let end: AfterimageError | undefined;

  const ended = (cause: AfterimageError) => {
    end = cause;
    port1.close();
    for (const reject of pending) reject(cause);
    pending.clear();
  };
  const die = (how: string) => {
    if (end) return;
    ended(died(how));
    onDeath();
  };
  worker.once('error', (error) => die(error.message));
  worker.once('exit', (code) => die(`exit code ${code}`));

  return {
    call<T>(work: (session: Remote<VisionSession>) => Promise<T>): Promise<T> {
      if (end) return Promise.reject(end);
      return new Promise((resolve, reject) => {
        pending.add(reject);
        work(session)
          .then(resolve, (error) => reject(toAfterimageError(error)))
          .finally(() => pending.delete(reject));
      });
    },
    /** Calls that are pending or come later are rejected. */
    async end() {
      if (!end) ended(died('it was ended'));
      await worker.terminate();
    },
  };
}

function died(how: string): AfterimageError {
  return new AfterimageError(
    'worker-died',
    `The vision encoder stopped (${how}). Run the same command again: it goes on from there.`,
  );
}
