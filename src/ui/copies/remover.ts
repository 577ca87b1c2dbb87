import { LIBRARY } from '../../engine/collection/types.ts';
import type { App } from '../context.ts';

/** Deletes pictures of the visitor's own, with a way to undo it. @returns whether they are gone */
export type Remove = (ids: readonly string[]) => Promise<boolean>;

/** Undefined where other pictures are shown: those belong to the site. */
export function removerOf({ session, library }: Pick<App, 'session' | 'library'>): Remove | undefined {
  if (session.name() !== LIBRARY || !library) return undefined;
  return async (ids) => (await library.load()).remove(ids);
}
