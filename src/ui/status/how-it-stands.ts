import type { App } from '../context.ts';

type Standing = Pick<App, 'session' | 'loading' | 'offline'>;

/** App, model and index are there for a visit without a network. */
export function isKept({ session, offline }: Pick<App, 'session' | 'offline'>): boolean {
  const kept = session.kept();
  return offline.shell() && kept !== undefined && kept.problem === undefined;
}

/** How things stand, in a sentence or two for a person. */
export function howItStands(app: Standing): string {
  const { session, offline } = app;
  if (session.collectionError()) return 'The pictures could not be loaded.';
  if (session.modelError()) return 'The pictures can be looked at, but not searched.';
  if (session.collections()?.length === 0) return 'There are no pictures here yet.';
  if (!session.ready() && app.loading.stopped()) return 'The search is not loaded. The pictures can be looked at.';
  if (!session.ready()) return 'The search is being loaded. Until it is here, the pictures can be looked at.';
  const where = whereSearchesRun(session.collection()?.searchedAt);
  if (!offline.online()) return `There is no network, and the search works without one. ${where}`;
  return isKept(app) ? `All is ready, also without a network. ${where}` : `All is ready. ${where}`;
}

/** @param origins of the servers that search, where there are any */
function whereSearchesRun(origins: readonly string[] | undefined): string {
  if (!origins) return 'Searches run on this device, and nothing of them leaves it.';
  return (
    `Words and pictures are read on this device; the numbers that they become are sent to ${origins.join(' and ')}, ` +
    'which finds the pictures. Nothing else leaves this device.'
  );
}
