import { createRoot } from 'solid-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createUpdates } from './updates.ts';

/** What the browser holds, as far as it is looked at. */
class Container extends EventTarget {
  controller: object | null;

  constructor(controller: object | null) {
    super();
    this.controller = controller;
  }

  takeOver(): void {
    this.controller = {};
    this.dispatchEvent(new Event('controllerchange'));
  }
}

class Registration extends EventTarget {
  installing: EventTarget | null = null;
  waiting: object | null = null;

  begin(): void {
    this.installing = new EventTarget();
    this.dispatchEvent(new Event('updatefound'));
  }

  finish(): void {
    this.waiting = this.installing;
    this.installing = null;
    (this.waiting as EventTarget).dispatchEvent(new Event('statechange'));
  }

  install(): void {
    this.begin();
    this.finish();
  }
}

let dispose: () => void;
let registration: Registration;
beforeEach(() => {
  registration = new Registration();
});
afterEach(() => dispose());

function start(container: Container) {
  return createRoot((end) => {
    dispose = end;
    return createUpdates(container as unknown as ServiceWorkerContainer);
  });
}
const registered = () => registration as unknown as ServiceWorkerRegistration;

describe('a first visit', () => {
  it('is not told of its own version', () => {
    const container = new Container(null);
    const updates = start(container);
    updates.watch(registered());
    registration.install();
    registration.waiting = null;
    container.takeOver();
    expect(updates.ready()).toBe(false);
  });

  it('is not told of it where the page was too busy to see it come', () => {
    const container = new Container(null);
    const updates = start(container);
    container.controller = {};
    updates.watch(registered());
    container.takeOver();
    expect(updates.ready()).toBe(false);
  });

  it('that lasts is told of the next version', () => {
    const container = new Container(null);
    const updates = start(container);
    updates.watch(registered());
    container.takeOver();
    registration.install();
    expect(updates.ready()).toBe(true);
  });
});

describe('a later visit', () => {
  it('is told of a version that waits already', () => {
    registration.waiting = {};
    const updates = start(new Container({}));
    updates.watch(registered());
    expect(updates.ready()).toBe(true);
  });

  it('is told of a version that was being installed before anybody watched', () => {
    registration.begin();
    const updates = start(new Container({}));
    updates.watch(registered());
    expect(updates.ready()).toBe(false);
    registration.finish();
    expect(updates.ready()).toBe(true);
  });

  it('is told when another tab starts the new version', () => {
    const container = new Container({});
    const updates = start(container);
    updates.watch(registered());
    expect(updates.ready()).toBe(false);
    container.takeOver();
    expect(updates.ready()).toBe(true);
  });
});
