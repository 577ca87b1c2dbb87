import { afterEach, describe, expect, test, vi } from 'vitest';
import { createDeferred } from '../engine/async/deferred.ts';
import { AfterimageError } from '../engine/errors.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { createFakeWorker, type FakeWorker } from './testing-worker.ts';
import { startWorkerSession, type WorkerSession } from './worker-session.ts';

/** A worker that has nothing to do with pictures: it remembers a sum. */
interface Adder {
  add(by: number): Promise<number>;
  hang(): Promise<never>;
  refuse(): Promise<never>;
  /** On which device it runs. */
  where(): Promise<string>;
}

type Device = 'abacus' | 'fingers';

const CLOSED = new AfterimageError('worker-died', 'The adder was closed.');

function createBench(behave: (worker: number) => Partial<Adder> = () => ({})) {
  const workers: FakeWorker[] = [];
  const log: string[] = [];
  let wanted = 0;
  function createAdder(device: Promise<Device>): FakeWorker {
    let sum = 0;
    const adder: Adder = {
      add: async (by) => {
        sum += by;
        return sum;
      },
      hang: () => new Promise(() => {}),
      refuse: async () => {
        throw new AfterimageError('usage', 'I add.');
      },
      where: () => device,
      ...behave(workers.length),
    };
    const worker = createFakeWorker(adder, () => {});
    workers.push(worker);
    return worker;
  }
  const supervisor = createSupervisor<WorkerSession<Adder>, Device>({
    device: Promise.resolve('abacus'),
    start: ({ device, onDeath }) =>
      startWorkerSession<Adder>({ worker: createAdder(device), name: 'The adder', advice: 'Count.', onDeath }),
    restore: (session) => void session.call((api) => api.add(wanted)).catch(() => undefined),
    fallback: (device, { code }) => (code === 'device-lost' ? 'fingers' : device),
    maxRestarts: 2,
    onRestart: (device, { code }) => log.push(`restarted after ${code} on ${device}`),
    onGivingUp: ({ code }) => log.push(`gave up after ${code}`),
  });
  running.push(supervisor);
  return {
    supervisor,
    workers,
    log,
    add(by: number) {
      wanted += by;
      return supervisor.run((session) => session.call((api) => api.add(by)));
    },
    where: () => supervisor.run((session) => session.call((api) => api.where())),
  };
}

const running: Supervisor<unknown>[] = [];
afterEach(() => {
  for (const supervisor of running.splice(0)) supervisor.dispose(CLOSED);
});

describe('a session', () => {
  test('is started when something is asked for, and serves all that is asked', async () => {
    const { supervisor, workers } = createBench();
    expect(workers).toHaveLength(0);
    const add = (by: number) => supervisor.run((session) => session.call((api) => api.add(by)));
    expect(await Promise.all([add(1), add(2)])).toEqual([1, 3]);
    expect(workers).toHaveLength(1);
  });

  test('whose work fails lives on', async () => {
    const { supervisor, workers, log } = createBench();
    const refused = supervisor.run((session) => session.call((api) => api.refuse()));
    await expect(refused).rejects.toMatchObject({ code: 'usage' });
    const broken = supervisor.run(() => Promise.reject(new TypeError('not ours')));
    await expect(broken).rejects.toMatchObject({ code: 'internal' });
    expect(workers).toHaveLength(1);
    expect(log).toEqual([]);
  });

  test('that dies is replaced at once, as it was, and what was asked of it is asked again', async () => {
    const { supervisor, workers, log, add } = createBench((worker) => (worker > 0 ? { hang: endless } : {}));
    await add(40);
    const answer = supervisor.run((session) => session.call<number | string>((api) => api.hang()));
    await expect.poll(() => workers[0]?.calls).toContain('hang');
    workers[0]?.crash('gone');
    expect(workers).toHaveLength(2);
    expect(await answer).toBe('for ever');
    expect(await supervisor.run((session) => session.call((api) => api.add(2)))).toBe(42);
    expect(log).toEqual(['restarted after worker-died on abacus']);
  });

  const endless = async () => 'for ever' as never;
});

describe('the device', () => {
  test('is another one where the policy says so, and stays it', async () => {
    const { supervisor, workers, log, where } = createBench();
    expect(await where()).toBe('abacus');
    await supervisor.run(async (session) => session.kill(new AfterimageError('device-lost', 'The abacus broke.')));
    expect(await where()).toBe('fingers');
    workers[1]?.crash('cramp');
    expect(await where()).toBe('fingers');
    expect(log).toEqual(['restarted after device-lost on abacus', 'restarted after worker-died on fingers']);
  });
});

describe('restarts', () => {
  /** Every worker dies of it, and another answer before does not help. */
  function poison({ supervisor, workers }: ReturnType<typeof createBench>): Promise<never> {
    return supervisor.run((session) => {
      queueMicrotask(() => workers.at(-1)?.crash('poisoned'));
      return session.call((api) => api.hang());
    });
  }

  test('are limited; what is asked afterwards starts anew', async () => {
    const bench = createBench();
    const bystander = bench.supervisor.run((session) => session.call((api) => api.hang()));
    bystander.catch(() => undefined);
    await expect(poison(bench)).rejects.toMatchObject({ code: 'worker-died' });
    await expect(bystander).rejects.toMatchObject({ code: 'worker-died' });
    expect(bench.workers).toHaveLength(3);
    await expect.poll(() => bench.log).toHaveLength(3);
    expect(bench.log).toContain('gave up after worker-died');
    expect(await bench.add(1)).toBeGreaterThan(0);
    expect(bench.workers).toHaveLength(4);
    expect(bench.workers.map(({ terminated }) => terminated)).toEqual([true, true, true, false]);
  });

  test('are counted anew after a success', async () => {
    const { supervisor, workers, log, where } = createBench();
    for (let i = 0; i < 6; i++) {
      await where();
      supervisor.succeeded();
      workers.at(-1)?.crash('again');
    }
    expect(await where()).toBe('abacus');
    expect(workers).toHaveLength(7);
    expect(log).toEqual(Array.from({ length: 6 }, () => 'restarted after worker-died on abacus'));
  });
});

test('once disposed of, everything is rejected and nothing is started', async () => {
  const { supervisor, workers, log, where } = createBench();
  const pending = supervisor.run((session) => session.call((api) => api.hang()));
  await expect.poll(() => workers[0]?.calls).toContain('hang');
  supervisor.dispose(CLOSED);
  await expect(pending).rejects.toBe(CLOSED);
  await expect(where()).rejects.toBe(CLOSED);
  expect(workers).toHaveLength(1);
  expect(log).toEqual([]);
});

test('what an earlier session tells can be known for that', async () => {
  const started: { isCurrent: () => boolean; onDeath: (cause: AfterimageError) => void }[] = [];
  const cause = new AfterimageError('worker-died', 'Gone.');
  const gate = createDeferred<string>();
  const onRestart = vi.fn();
  const supervisor = createSupervisor<{ kill(): void }, string>({
    device: gate.promise,
    start: (how) => {
      started.push(how);
      return { kill() {} };
    },
    restore: () => {},
    fallback: (device) => device,
    maxRestarts: 2,
    onRestart,
    onGivingUp: () => {},
  });
  await supervisor.run(async () => {});
  expect(started[0]?.isCurrent()).toBe(true);
  started[0]?.onDeath(cause);
  started[0]?.onDeath(cause);
  expect(started.map(({ isCurrent }) => isCurrent())).toEqual([false, true]);
  gate.reject(new Error('There is no device.'));
  await Promise.resolve();
  expect(onRestart).not.toHaveBeenCalled();
});
