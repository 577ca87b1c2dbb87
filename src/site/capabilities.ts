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
      text: 'Plain HTTP: search works, more slowly, and needs a network each time. Open it over HTTPS or on localhost for the rest.',
    });
  } else if (!hasServiceWorker(scope.navigator)) {
    missing.push({
      id: 'service-worker',
      text: 'This browser keeps nothing of this page (a private window, or sites may not store data): search works, and needs a network each time.',
    });
  }
  if (!('indexedDB' in scope)) {
    missing.push({
      id: 'database',
      text: 'This browser keeps no data for this page: searches and ratings are not kept.',
    });
  }
  return missing;
}

/** Where service workers are blocked, some browsers leave the name and take the thing, or refuse to give it. */
export function hasServiceWorker(navigator: Partial<Pick<Navigator, 'serviceWorker'>>): boolean {
  try {
    return navigator.serviceWorker !== undefined;
  } catch {
    return false; // a frame that may store nothing
  }
}
