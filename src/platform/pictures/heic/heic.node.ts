import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { TIMEOUT_SECONDS } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { HeicPicture } from './heic.ts';
import type { HeicAnswer } from './heic-thread.node.ts';

const ENTRY = new URL('../../../../workers/heic.node.mjs', import.meta.url);

/** Each holds a decoder and a whole picture. */
const MAX_THREADS = Math.min(8, availableParallelism());

const idle: Worker[] = [];
const waiting: ((thread: Worker) => void)[] = [];
let started = 0;

/**
 * Decode in a thread: libheif works in one piece, and would stop everything else meanwhile. Threads start when there is
 * something to decode, and do not keep the process alive.
 * @throws Refusal why the picture is not read
 */
export async function decodeHeicInThread(bytes: Uint8Array): Promise<HeicPicture> {
  const thread = await takeThread();
  try {
    const answer = await ask(thread, bytes);
    if ('picture' in answer) return answer.picture;
    throw new Refusal('refusal' in answer ? answer.refusal : `The picture is damaged: ${answer.failure}`);
  } finally {
    giveBack(thread);
  }
}

async function takeThread(): Promise<Worker> {
  const free = idle.pop();
  if (free) return free;
  if (started === MAX_THREADS) return new Promise((resolve) => waiting.push(resolve));
  return startThread();
}

function startThread(): Worker {
  started++;
  const thread = new Worker(ENTRY, { execArgv: [] });
  thread.unref();
  return thread;
}

/** One that has ended is of no use to others: they get a new one. */
function giveBack(thread: Worker): void {
  const isAlive = thread.threadId > 0;
  if (!isAlive) started--;
  const next = waiting.shift();
  if (next) next(isAlive ? thread : startThread());
  else if (isAlive) idle.push(thread);
}

function ask(thread: Worker, bytes: Uint8Array): Promise<HeicAnswer> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      for (const event of ['message', 'error', 'exit']) thread.removeAllListeners(event);
      thread.unref();
      settle();
    };
    const giveUp = () =>
      finish(() => {
        const refusal = `Decoding took longer than ${TIMEOUT_SECONDS} seconds and was given up.`;
        void thread.terminate().then(() => resolve({ refusal }));
      });
    const timer = setTimeout(giveUp, 1000 * TIMEOUT_SECONDS);
    thread.ref();
    thread.on('message', (answer: HeicAnswer) => finish(() => resolve(answer)));
    thread.on('error', (error) => finish(() => reject(error)));
    thread.on('exit', (code) => finish(() => resolve({ failure: `its decoder ended with code ${code}` })));
    thread.postMessage(bytes);
  });
}
