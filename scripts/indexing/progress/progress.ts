import { Presets, SingleBar } from 'cli-progress';
import type { IndexEvent } from '../../../src/indexing/request.ts';
import { printable } from '../../cli/printable.ts';

export interface Progress {
  readonly onEvent: (event: IndexEvent) => void;
  begin(task: string, total: number): void;
  advance(): void;
  /** Write a line of one's own. */
  line(text: string): void;
  /** Take the bar down. */
  stop(): void;
}

const LOG_EVERY_MS = 5000;

/** A bar on a terminal, else a line now and then. Everything goes to `stream`, which leaves stdout to the result. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const display = stream.isTTY ? createBar(stream) : createLog(stream);
  let task: Task | undefined;
  const begin = (name: string, total: number) => {
    task = new Task(name, total);
    display.begin(task);
  };
  const stop = () => {
    if (task) display.end(task);
    task = undefined;
  };
  return {
    begin,
    stop,
    line: (text) => display.line(text),
    advance() {
      task?.advance(1, true);
      if (task) display.update(task);
    },
    onEvent(event) {
      switch (event.type) {
        case 'listed':
          display.line(event.others > 0 ? `${pictures(event.files)}, ${others(event.others)}` : pictures(event.files));
          return begin('Pictures', event.files);
        case 'resumed':
          return display.line(`Continuing: a run that was interrupted had embedded ${pictures(event.pictures)}`);
        case 'note':
          return display.line(printable(event.message));
        case 'problem':
          return display.line(`Skipped ${printable(event.problem.name)}: ${printable(event.problem.reason)}`);
        case 'file':
          task?.advance(1, event.outcome === 'embedded');
          break;
        case 'graph':
        case 'progress': {
          const name = event.type === 'graph' ? 'Graph' : event.task;
          if (task?.name !== name) {
            stop();
            begin(name, event.total);
          }
          task?.advance(event.done - task.done, true);
        }
      }
      if (task) display.update(task);
    },
  };
}

/** How far something has come, and how fast. */
class Task {
  readonly name: string;
  readonly total: number;
  done = 0;
  #worked = 0;
  readonly #start = performance.now();

  constructor(name: string, total: number) {
    this.name = name;
    this.total = total;
  }

  /** @param worked false for what took no time, which says nothing of the speed. */
  advance(count: number, worked: boolean): void {
    this.done += count;
    if (worked) this.#worked += count;
  }

  /** "12.3/s, 1 min 5 s left", or nothing while that is unknown. */
  describe(): string {
    const seconds = (performance.now() - this.#start) / 1000;
    if (this.#worked === 0 || seconds < 0.2) return '';
    const rate = this.#worked / seconds;
    return `${rate.toFixed(1)}/s, ${duration((this.total - this.done) / rate)} left`;
  }
}

interface Display {
  line(text: string): void;
  begin(task: Task): void;
  update(task: Task): void;
  end(task: Task): void;
}

function createBar(stream: NodeJS.WriteStream): Display {
  let bar: SingleBar | undefined;
  return {
    line(text) {
      // Over the bar, which is drawn again below at its next update.
      stream.write(bar ? `\r\x1b[K${text}\n` : `${text}\n`);
    },
    begin({ name, total }) {
      const format = `${name} {bar} {value}/{total}  {speed}`;
      bar = new SingleBar({ stream, format, hideCursor: true, clearOnComplete: true, fps: 8 }, Presets.shades_classic);
      bar.start(total, 0, { speed: '' });
    },
    update: (task) => bar?.update(task.done, { speed: task.describe() }),
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function createLog(stream: NodeJS.WriteStream): Display {
  let last = performance.now();
  return {
    line: (text) => void stream.write(`${text}\n`),
    begin() {
      last = performance.now();
    },
    update(task) {
      if (performance.now() - last < LOG_EVERY_MS) return;
      last = performance.now();
      stream.write(`${task.name} ${task.done}/${task.total}  ${task.describe()}\n`);
    },
    end() {},
  };
}

/** "42 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

const pictures = (count: number): string => (count === 1 ? '1 picture' : `${count} pictures`);
const others = (count: number): string => (count === 1 ? '1 other file' : `${count} other files`);
