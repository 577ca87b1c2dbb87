/** Something that this page cannot do here, and what follows from it for the person. */
export interface MissingCapability {
  readonly id: 'secure-context' | 'service-worker' | 'database';
  readonly text: string;
}

/** What is off on this page, found by looking, so that nothing is used that is not there. */
export function missingCapabilities(scope: typeof globalThis = globalThis): readonly MissingCapability[] {
  const missing: MissingCapability[] = [];
  if (!scope.isSecureContext) {
    missing.push({
      id: 'secure-context',
      text: 'Plain HTTP: no WebGPU and nothing kept for offline use. Search works; open it over HTTPS or on localhost for the rest.',
    });
  } else if (!hasServiceWorker(scope.navigator)) {
    missing.push({
      id: 'service-worker',
      text: 'This browser gives the page no service worker (a private window?): nothing is kept for offline use.',
    });
  }
  if (!('indexedDB' in scope)) {
    missing.push({ id: 'database', text: 'This browser has no IndexedDB: searches and ratings are not kept.' });
  }
  return missing;
}

/** Where service workers are blocked, some browsers leave the name and take the thing. */
export function hasServiceWorker(navigator: Partial<Pick<Navigator, 'serviceWorker'>>): boolean {
  return navigator.serviceWorker !== undefined;
}
