import type { Sha256 } from '../../engine/ports.ts';

const HEX = 16;

/** Where a picture of ours lies, relative to the collection's folder: named by its own content. */
export function picturePath(kind: 'thumbs' | 'previews', sha256: string, extension: string): string {
  return `${kind}/${sha256.slice(0, 2)}/${sha256.slice(0, HEX)}.${extension}`;
}

/** The id of a picture: the same under every name. */
export function itemId(sha256: string): string {
  return sha256.slice(0, HEX);
}

/** The id of the second, third … file with the same content. */
export async function copyId(id: string, copy: number, sha256: Sha256): Promise<string> {
  return itemId(await sha256(new TextEncoder().encode(`${id} copy ${copy}`)));
}
