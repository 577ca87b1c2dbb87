import { type Accessor, batch, createSignal, onCleanup } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { Reading } from '../../client/hand-over.ts';
import type { LibraryClient, LibraryClientEvent } from '../../client/library-client.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import type { Changeover, LibraryEvent, LibraryOverview, Queue } from '../../protocol/library-worker.ts';
import type { Notices } from '../shell/notices.ts';

/** The overview is read again at most this often: it counts what is in each folder. */
const READ_MS = 1_000;

type Moving = Extract<LibraryEvent, { type: 'moving' }>;
type LoadStage = Extract<LibraryEvent, { type: 'progress' }>['stage'];

interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
}

/** What is in the library and how far the queue is, kept up to date. */
export interface Overview {
  /** Undefined until it was read. */
  readonly overview: Accessor<LibraryOverview | undefined>;
  /** Newer than the overview's, but where the queue ends: then both are of one moment. */
  readonly queue: Accessor<Queue | undefined>;
  /** Newer than the overview's; null while nothing is being changed. */
  readonly changeover: Accessor<Changeover | null | undefined>;
  /** Why the library cannot be read. */
  readonly error: Accessor<AfterimageError | undefined>;
  /** What is loaded before the first picture can be embedded. */
  readonly progress: Partial<Record<LoadStage, LoadProgress>>;
  /** How far a long list of files is on its way into the queue; undefined while there is none. */
  readonly reading: Accessor<Reading | undefined>;
  /** How far an export or an import is; undefined while there is none. */
  readonly moving: Accessor<Moving | undefined>;
  stopMoving(): void;
  /** Read the overview again, after an error too. */
  read(): Promise<void>;
}

export function createOverview(client: LibraryClient, notices: Notices): Overview {
  const [overview, setOverview] = createSignal<LibraryOverview>();
  const [queue, setQueue] = createSignal<Queue>();
  const [changeover, setChangeover] = createSignal<Changeover | null>();
  const [error, setError] = createSignal<AfterimageError>();
  const [moving, setMoving] = createSignal<Moving>();
  const [reading, setReading] = createSignal<Reading>();
  const [progress, setProgress] = createStore<Partial<Record<LoadStage, LoadProgress>>>({});
  /** Counts queue events: one that comes while the overview is read is newer than that. */
  let heard = 0;
  const saidRepairs = new Set<string>();

  /** Of reads, and of the newest that was answered. */
  let [asked, answered] = [0, 0];

  async function read(): Promise<void> {
    const before = heard;
    const number = ++asked;
    try {
      const answer = await client.overview();
      if (number < answered) return;
      answered = number;
      batch(() => {
        setOverview(answer);
        if (heard === before) setQueue(answer.queue);
        setChangeover(answer.changeover);
        setError(undefined);
      });
      sayRepairs(answer.repairs);
    } catch (cause) {
      setError(toAfterimageError(cause));
    }
  }
  const sayRepairs = (repairs: readonly string[]) => {
    const news = repairs.filter((repair) => !saidRepairs.has(repair));
    for (const repair of news) saidRepairs.add(repair);
    if (news.length > 0) notices.say('library-repairs', news.join(' '));
  };
  const { request, stop } = createThrottle(read);
  const hearQueue = (now: Queue) => {
    heard++;
    // “All added” and how many pictures there are come together: one would contradict the other.
    if (now.state === 'idle' && queue()?.state !== 'idle') void read();
    else {
      setQueue(now);
      request();
    }
  };
  const hear = (event: LibraryClientEvent) => {
    if (event.type === 'queue') hearQueue(event.queue);
    else if (event.type === 'changeover') {
      setChangeover(event.changeover);
      if (event.changeover === null) request();
    } else if (event.type === 'changed' || event.type === 'albums') request();
    else if (event.type === 'moving') setMoving(event);
    else if (event.type === 'reading') setReading(event.reading ?? undefined);
    else if (event.type === 'progress') setProgress(event.stage, { loaded: event.loaded, total: event.total });
    else if (event.type === 'restarted') {
      setProgress(reconcile({}));
      notices.say('library-restarted', event.reason);
    } else if (event.type === 'failed') setError(toAfterimageError(failure(event)));
  };
  onCleanup(client.subscribe(hear));
  onCleanup(stop);
  void read();
  const stopMoving = () => void setMoving(undefined);
  return { overview, queue, changeover, error, progress, read, moving, reading, stopMoving };
}

function failure({ code, message }: Extract<LibraryClientEvent, { type: 'failed' }>): AfterimageError {
  return new AfterimageError(code as AfterimageError['code'], message);
}

/** Runs `work` soon after it is asked for: not twice at once, and with a pause after each time. */
function createThrottle(work: () => Promise<void>): { request(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let isWanted = false;
  const run = async () => {
    timer = undefined;
    if (!isWanted) {
      isBusy = false;
      return;
    }
    isWanted = false;
    await work();
    timer = setTimeout(run, READ_MS);
  };
  return {
    request() {
      isWanted = true;
      if (isBusy) return;
      isBusy = true;
      void run();
    },
    stop: () => clearTimeout(timer),
  };
}
