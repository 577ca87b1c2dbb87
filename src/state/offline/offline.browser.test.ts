import { createRoot } from 'solid-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStaticPictures } from '../../engine/collection/source/static-source.ts';
import { keptPictures } from '../../service-worker/caches.ts';
import { createOffline, type Offline } from './offline.ts';

const BASE = new URL('/app/', location.href).href;

class Worker extends EventTarget {
  state = 'installing';

  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

class Registration extends EventTarget {
  installing: Worker | null = new Worker();
  waiting: Worker | null = null;
  active: Worker | null = null;
  readonly update = async () => {};

  /** As the browser does it: the worker moves before it says so. */
  activate(): void {
    this.active = this.installing;
    this.installing = null;
    this.active?.become('activating');
  }

  /** As the browser does it: the worker says so before it goes. */
  giveUp(): void {
    const worker = this.installing;
    worker?.become('redundant');
    this.installing = null;
  }
}

let dispose: () => void;
let registered: Registration;
/** What `register` does. */
let register: () => Promise<Registration>;

beforeEach(async () => {
  registered = new Registration();
  register = async () => registered;
  await caches.delete(keptPictures(BASE));
});
afterEach(() => {
  dispose();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function start(controller: object | null = null): Offline {
  const container = Object.assign(new EventTarget(), {
    controller,
    register: () => register(),
    getRegistration: async () => (controller ? registered : undefined),
  });
  return createRoot((end) => {
    dispose = end;
    return createOffline(BASE, container as unknown as ServiceWorkerContainer, {
      restart: () => {},
      wait: async () => {},
    });
  });
}

const turn = () => new Promise((resolve) => setTimeout(resolve));
const comeBack = () => window.dispatchEvent(new Event('online'));

test('the app is kept once its service worker is in charge', async () => {
  const offline = start();
  const kept = offline.keepApp();
  await turn();
  expect(offline.shell()).toBe(false);
  registered.activate();
  await kept;
  expect([offline.shell(), offline.problem()]).toEqual([true, undefined]);
});

test('says what to do where the service worker could not be installed, and tries again when the network is back', async () => {
  const offline = start();
  const kept = offline.keepApp();
  await turn();
  registered.giveUp();
  await kept;
  expect(offline.problem()).toMatch(/could not be kept.*Make room.*reload the page/);
  expect([offline.refused(), offline.shell()]).toEqual([undefined, false]);

  registered = new Registration();
  comeBack();
  await turn();
  registered.activate();
  await turn();
  expect([offline.problem(), offline.shell()]).toEqual([undefined, true]);
  register = vi.fn(register);
  comeBack();
  expect(register, 'it is there').not.toHaveBeenCalled();
});

test('a server that cannot be reached is no refusal of the browser', async () => {
  const offline = start();
  register = () => Promise.reject(new TypeError('Failed to register: an unknown error occurred.'));
  await offline.keepApp();
  expect(offline.refused()).toBeUndefined();
  expect(offline.problem()).toMatch(
    /server could not be reached, or.*\(Failed to register: an unknown error occurred\.\)\. Reload/,
  );

  register = () => Promise.reject(new DOMException('The user denied permission.', 'SecurityError'));
  await offline.keepApp();
  expect(offline.refused()).toMatch(/may not keep.*allow this site to store data\.$/);
  expect(offline.problem()).toMatch(/may not keep.*user denied permission/);
});

test('a new version is announced on a page that never comes to keep anything', async () => {
  registered.active = new Worker();
  const offline = start({});
  await turn();
  registered.waiting = registered.installing;
  registered.waiting?.become('installed');
  expect(offline.updateReady()).toBe(true);
});

const PICTURES = createStaticPictures(BASE, 'demo');
const COLLECTION = { name: 'a', sha256: 'a', count: 1, pictures: { mode: 'preview', bytes: 1 } } as const;
const picture = (path: string) => ({ path, width: 1, height: 1 });
const ITEM = {
  ...{ id: '1', name: '1.png', title: null, licence: null, width: 1, height: 1, bytes: 1, date: null },
  thumbnail: picture('thumbs/1.webp'),
  preview: picture('thumbs/1.webp'),
};

test('nothing is kept of what is answered after another collection was opened', async () => {
  const offline = start();
  const asked = vi.fn(async () => new Response('picture'));
  vi.stubGlobal('fetch', asked);
  let answer: ((items: (typeof ITEM)[]) => void) | undefined;
  const items = () =>
    new Promise<(typeof ITEM)[]>((resolve) => {
      answer = resolve;
    });
  const kept = offline.keepPictures(COLLECTION, PICTURES, items);
  await expect.poll(() => answer).toBeDefined();
  offline.stopPictures();
  answer?.([ITEM]); // of the other collection
  await kept;
  expect(asked).not.toHaveBeenCalled();
  expect(await (await caches.open(keptPictures(BASE))).keys()).toEqual([]);
  expect([offline.problem(), offline.pictures()]).toEqual([undefined, undefined]);
});

test('what kept the pictures of one collection from being kept is not said of the next', async () => {
  const offline = start();
  vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
  await offline.keepPictures(COLLECTION, PICTURES, async () => [ITEM]);
  expect(offline.problem()).toMatch(/Not all pictures.*404.*thumbs\/1\.webp.*Reload/);
  await offline.keepPictures(
    { ...COLLECTION, pictures: { mode: 'preview', bytes: 2 ** 30 } },
    PICTURES,
    async () => [],
  );
  expect(offline.problem()).toBeUndefined();
});

test('says what to do where there is no space for pictures', async () => {
  const offline = start();
  vi.stubGlobal('fetch', async () => new Response('picture'));
  vi.spyOn(Cache.prototype, 'put').mockRejectedValue(new DOMException('Full.', 'QuotaExceededError'));
  await offline.keepPictures(COLLECTION, PICTURES, async () => [ITEM]);
  expect(offline.problem()).toMatch(/no space left\. Make room/);
});
