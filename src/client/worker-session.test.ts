import { afterEach, describe, expect, test, vi } from 'vitest';
import { createDeferred } from '../engine/async/deferred.ts';
import { AfterimageError } from '../engine/errors.ts';
import { createFakeWorker } from './testing-worker.ts';
import { startWorkerSession, type WorkerSession, type WorkerSessionOptions } from './worker-session.ts';

/** A worker that has nothing to do with pictures. */
interface Adder {
  connect(lockName: string | undefined): Promise<boolean>;
  add(a: number, b: number): Promise<number>;
  hang(): Promise<never>;
  refuse(): Promise<never>;
}

const ADDER: Adder = {
  connect: async () => true,
  add: async (a, b) => a + b,
  hang: () => new Promise(() => {}),
  refuse: async () => {
    throw new AfterimageError('usage', 'I add.');
  },
};

function start(behaviour: Partial<Adder> = {}, options: Partial<WorkerSessionOptions<Adder>> = {}) {
  let releaseLock = () => {};
  const watching = { stop: vi.fn() };
  const lock = {
    name: 'lock of the adder',
    watch(onDeath: () => void) {
      releaseLock = onDeath;
      return watching;
    },
  };
  const worker = createFakeWorker({ ...ADDER, ...behaviour }, () => releaseLock());
  const onDeath = vi.fn();
  const session = startWorkerSession<Adder>({
    ...{ worker, lock, onDeath },
    name: 'The adder',
    advice: 'Count on your fingers.',
    limit: { ms: 60_000 },
    connect: (api, lockName) => api.connect(lockName),
    ...options,
  });
  running.push(session);
  return { session, worker, onDeath, watching };
}

const running: WorkerSession<Adder>[] = [];
afterEach(() => {
  for (const session of running.splice(0)) session.kill(new AfterimageError('worker-died', 'The test is over.'));
  vi.useRealTimers();
});

describe('calls', () => {
  test('are answered once the worker is connected, which is told the name of its lock', async () => {
    const gate = createDeferred<boolean>();
    const { session, worker } = start({ connect: () => gate.promise });
    const sum = session.call((api) => api.add(1, 2));
    await expect.poll(() => worker.calls).toEqual(['connect lock of the adder']);
    gate.resolve(true);
    expect(await sum).toBe(3);
    expect(worker.calls).toEqual(['connect lock of the adder', 'add']);
  });

  test('need no connection where nothing has to be told', async () => {
    const worker = createFakeWorker(ADDER, () => {});
    const session = startWorkerSession<Adder>({ worker, name: 'The adder', advice: '', onDeath: () => {} });
    expect(await session.call((api) => api.add(2, 3))).toBe(5);
    expect(worker.calls).toEqual(['add']);
    session.kill(new AfterimageError('worker-died', 'Over.'));
  });

  test('keep the code of what the worker throws, which is not its death', async () => {
    const { session, onDeath } = start();
    await expect(session.call((api) => api.refuse())).rejects.toMatchObject({ code: 'usage', message: 'I add.' });
    expect(await session.call((api) => api.add(1, 1))).toBe(2);
    expect(session.isDead()).toBe(false);
    expect(onDeath).not.toHaveBeenCalled();
  });
});

describe('death', () => {
  test('by an error of its script rejects all that is pending and all that comes later, and is told once', async () => {
    const { session, worker, onDeath, watching } = start();
    await session.call((api) => api.add(1, 1));
    const pending = [session.call((api) => api.hang()), session.call((api) => api.hang())];
    await expect.poll(() => worker.calls).toHaveLength(4);
    worker.crash('out of fingers');
    const message = 'The adder stopped: out of fingers. Count on your fingers.';
    for (const one of pending) await expect(one).rejects.toMatchObject({ code: 'worker-died', message });
    await expect(session.call((api) => api.add(1, 1))).rejects.toMatchObject({ code: 'worker-died', message });
    expect(onDeath).toHaveBeenCalledOnce();
    expect(worker.terminated).toBe(true);
    expect(session.isDead()).toBe(true);
    expect(watching.stop).toHaveBeenCalledOnce();
  });

  test('without an event is noticed through the lock', async () => {
    const { session, worker } = start();
    const pending = session.call((api) => api.hang());
    await expect.poll(() => worker.calls).toContain('hang');
    worker.vanish();
    await expect(pending).rejects.toMatchObject({ code: 'worker-died', message: /^The adder stopped\. / });
  });

  test('by `kill` has the cause that is given; only the first one counts', async () => {
    const { session, onDeath } = start();
    const pending = session.call((api) => api.hang());
    const cause = new AfterimageError('device-lost', 'The abacus broke.');
    session.kill(cause);
    session.died('of something else');
    await expect(pending).rejects.toBe(cause);
    expect(onDeath.mock.calls).toEqual([[cause]]);
  });

  test('a worker that may not have its lock answers, and its lock is not watched', async () => {
    const { session, worker, onDeath } = start({ connect: async () => false });
    expect(await session.call((api) => api.add(1, 2))).toBe(3);
    worker.vanish(); // as a lock that nobody holds: it is given at once
    expect(onDeath).not.toHaveBeenCalled();
  });

  test('a worker that cannot be connected is of no use', async () => {
    const { session, worker, onDeath } = start({ connect: () => ADDER.refuse() });
    await expect(session.call((api) => api.add(1, 1))).rejects.toMatchObject({ code: 'usage' });
    await expect.poll(() => onDeath.mock.calls).toMatchObject([[{ code: 'usage' }]]);
    expect(worker.terminated).toBe(true);
    expect(worker.calls).not.toContain('add');
  });
});

describe('time', () => {
  async function hanging(limit: WorkerSessionOptions<Adder>['limit']) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const called = createDeferred<void>();
    const hang = () => {
      called.resolve();
      return ADDER.hang();
    };
    const bench = start({ hang });
    const pending = bench.session.call((api) => api.hang(), limit);
    pending.catch(() => undefined);
    await called.promise;
    return { ...bench, pending };
  }

  test('a time limit counts from the call, whatever the worker shows of itself', async () => {
    const { session, pending, worker } = await hanging({ ms: 3000 });
    vi.advanceTimersByTime(2999);
    session.heartbeat();
    expect(session.isDead()).toBe(false);
    vi.advanceTimersByTime(1);
    const message = 'The adder did not answer for 3 seconds. Count on your fingers.';
    await expect(pending).rejects.toMatchObject({ code: 'worker-timeout', message });
    expect(worker.terminated).toBe(true);
  });

  test('a stall time-out counts from the last heartbeat', async () => {
    const { session, pending } = await hanging({ ms: 3000, stall: true });
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(2999);
      session.heartbeat();
    }
    expect(session.isDead()).toBe(false);
    vi.advanceTimersByTime(3000);
    await expect(pending).rejects.toMatchObject({ code: 'worker-timeout' });
  });

  test('the usual limit holds for connecting and for calls that give none', async () => {
    const { session } = await hanging(undefined);
    vi.advanceTimersByTime(60_000);
    expect(session.isDead()).toBe(true);
    const { session: another } = start({ connect: () => ADDER.hang() });
    vi.advanceTimersByTime(60_000);
    expect(another.isDead()).toBe(true);
  });

  test('no timer outlives its call', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { session } = start();
    await session.call((api) => api.add(1, 1));
    await session.call((api) => api.refuse()).catch(() => undefined);
    expect(vi.getTimerCount()).toBe(0);
  });
});
