import { normalise } from '../../engine/numeric/embedding.ts';
import type { FoundFile, NewPicture } from './library-store.ts';

/** A file of the first folder that is added. */
export function foundFile(path: string, changes: Partial<FoundFile> = {}): FoundFile {
  return { folder: null, path, bytes: 1_000, modified: 1_700_000_000_000, ...changes };
}

/** A SHA-256 that is different for every `n`. */
export function hashOf(n: number): string {
  return n.toString(16).padStart(8, '0').repeat(8);
}

/** The nth picture for tests; its renditions hold its number. */
export function newPicture(n: number, changes: Partial<NewPicture> = {}, dim = 8): NewPicture {
  const sha256 = hashOf(n);
  const id = sha256.slice(0, 16);
  const name = `photo ${n}.jpg`;
  return {
    item: {
      ...{ id, name, title: null, licence: null, width: 400, height: 300, bytes: 1_000 },
      date: '2024-05-06T07:08:09',
      thumbnail: { path: `thumbnails/${id}.webp`, width: 40, height: 30 },
      preview: null,
    },
    sha256,
    files: [foundFile(name)],
    vector: normalise(Float32Array.from({ length: dim }, (_, i) => Math.cos(n * (i + 1)))),
    phash: n.toString(16).padStart(16, '0'),
    thumbnail: { bytes: new TextEncoder().encode(`thumbnail ${n}`), type: 'image/webp' },
    preview: null,
    ...changes,
  };
}

/** The same with a preview. */
export function withPreview(n: number): NewPicture {
  const picture = newPicture(n);
  const preview = { path: `previews/${picture.item.id}.webp`, width: 200, height: 150 };
  const bytes = new TextEncoder().encode(`preview ${n}`);
  return { ...picture, item: { ...picture.item, preview }, preview: { bytes, type: 'image/webp' } };
}
