import { LIBRARY } from '../../../engine/collection/types.ts';
import type { Album } from '../../../protocol/albums.ts';

/** The library's pictures that albums name, each once. */
export function idsInLibrary(albums: readonly Album[]): string[] {
  const own = albums.flatMap(({ content }) => (content.kind === 'pictures' ? content.pictures : []));
  return [...new Set(own.flatMap(({ collection, id }) => (collection === LIBRARY ? [id] : [])))];
}

/** 128 random bits as hex. Not `crypto.randomUUID`, which is missing without a secure context. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
