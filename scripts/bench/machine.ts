import { arch, cpus, platform, release, totalmem } from 'node:os';
import { version } from 'node:process';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly browser: string;
  readonly date: string;
}

/** Where numbers were taken: they mean little without it. */
export function describeMachine(browser: string): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: version,
    browser,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** As a report begins. */
export function sentence({ date, browser, node, cpu, cores, memoryGiB, system }: Machine): string {
  return `${date}, ${browser}, Node ${node}; ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}.`;
}
