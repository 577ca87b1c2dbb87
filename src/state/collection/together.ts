import { ALL, collectionOf, type Item, LIBRARY, type PictureSource } from '../../engine/collection/types.ts';
import type { Session } from './session.ts';

/** The collection that an item is from, where several are searched together; else undefined. */
export function originOf(session: Pick<Session, 'collection'>, item: Item | undefined) {
  const name = item && collectionOf(item);
  return session.collection()?.together?.collections.find((one) => one.name === name);
}

/** The pictures of the collection `name`, from its files or, the visitor's own, from what is stored in the browser. */
export function picturesOf(name: string, ofSite: (name: string) => PictureSource, own: PictureSource): PictureSource {
  const of = (one: string) => (one === LIBRARY ? own : ofSite(one));
  if (name !== ALL) return of(name);
  return {
    picture(item, size) {
      const from = collectionOf(item);
      return from === undefined ? undefined : of(from).picture(item, size);
    },
  };
}
