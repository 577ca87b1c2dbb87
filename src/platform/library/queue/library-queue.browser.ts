import type { LibraryEvent, Queue } from '../../../protocol/library-worker.ts';
import { createAnnouncer } from './announcer.ts';
import { createLibraryRunner, type LibraryRunnerOptions } from './library-runner.browser.ts';
import type { QueueRunner } from './queue-runner.ts';
import { createTabs, type QueueCommand, type TabMessage, type Tabs } from './tabs.browser.ts';

export interface LibraryQueueOptions extends Omit<LibraryRunnerOptions, 'tabs' | 'announcer'> {
  readonly baseUrl: string;
  readonly onEvent: (event: LibraryEvent) => void;
  /** Nothing more is put into the queue when this resolves: it is about to be emptied. */
  readonly onCancel: () => Promise<void>;
}

/** The queue of a library, in whichever tab it runs. */
export interface LibraryQueue {
  /** Of this tab. */
  readonly runner: QueueRunner;
  readonly tabs: Tabs;
  /** As it is here, or as another tab says that works on it. */
  queue(): Promise<Queue>;
  /** To the queue, wherever it runs. */
  command(command: QueueCommand): Promise<void>;
  /** Tell the page that the queue, and something else, changed. */
  changed(): void;
}

/** What another tab said of its queue is true for so long. */
const SAID_MS = 3000;

export function createLibraryQueue({ baseUrl, onEvent, onCancel, ...options }: LibraryQueueOptions): LibraryQueue {
  let elsewhere: { readonly queue: Queue; readonly until: number } | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const tabs = createTabs(baseUrl, (message) => void heard(message));
  const announcer = createAnnouncer({
    queue: () => queue(),
    emit: onEvent,
    // What was heard is not told on: two tabs would tell each other the same for ever.
    tell: (told) => told !== elsewhere?.queue && tabs.tell({ type: 'queue', queue: told }),
  });
  const runner = createLibraryRunner({ ...options, tabs, announcer });

  async function queue(): Promise<Queue> {
    const own = await runner.queue();
    const isOfOther = elsewhere && elsewhere.until > performance.now() && !['running', 'listing'].includes(own.state);
    return isOfOther && elsewhere ? elsewhere.queue : own;
  }

  async function heard(message: TabMessage): Promise<void> {
    if (message.type === 'command') return obey(message.command);
    elsewhere = { queue: message.queue, until: performance.now() + SAID_MS };
    announcer.queue();
    // Whoever has ended says nothing more.
    clearTimeout(silence);
    silence = setTimeout(announcer.queue, SAID_MS + 100);
  }

  async function obey(command: QueueCommand): Promise<void> {
    if (command === 'resume') {
      await options.folders.refresh();
      runner.resume();
    } else {
      if (command === 'cancel') await onCancel();
      await runner[command]();
    }
  }

  return {
    runner,
    tabs,
    queue,
    async command(command) {
      tabs.tell({ type: 'command', command });
      await obey(command);
    },
    changed: announcer.changed,
  };
}
