import { DEFAULT_MODEL, parseModelManifest } from '../../../../src/engine/model/model.ts';
import { normalise } from '../../../../src/engine/numeric/embedding.ts';
import { itemId, picturePath } from '../../../../src/indexing/collection/ids.ts';
import { createLibraryStore, libraryName } from '../../../../src/platform/library/library-store.browser.ts';
import type { NewPicture } from '../../../../src/platform/library/library-store.ts';
import { towerFile, visionDtype } from '../../../../src/platform/models/model-files.ts';

/** Stored together. */
const BATCH = 500;
/** Different small pictures. */
const LOOKS = 50;

/** Put made-up pictures into the library of the site at `baseUrl`. */
export async function fillLibrary(count: number, baseUrl: string): Promise<void> {
  const text = await (await fetch(`${baseUrl}models/${DEFAULT_MODEL}/model.json`)).text();
  const manifest = parseModelManifest(text);
  const { sha256 } = towerFile(manifest, 'vision', visionDtype(manifest, 'wasm'));
  const store = createLibraryStore({ name: libraryName(baseUrl) });
  await store.setModel({ model: { id: manifest.id, sha256 }, dim: manifest.dim });
  const looks = await Promise.all(Array.from({ length: LOOKS }, (_, n) => drawn(n)));
  for (let first = 0; first < count; first += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => first + i);
    await store.put(
      some.map((n) => pictureOf(n, manifest.dim, looks[n % LOOKS] as Uint8Array<ArrayBuffer>)),
      [],
    );
  }
  store.close();
}

function pictureOf(n: number, dim: number, bytes: Uint8Array<ArrayBuffer>): NewPicture {
  const random = randomFrom(n + 1);
  const hash = Array.from({ length: 8 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  const path = `2023/summer in the mountains/IMG_${String(n).padStart(6, '0')}.jpg`;
  const file = { folder: null, path, bytes: 3_000_000 + n, modified: 1_690_000_000_000 + 60_000 * n };
  const date = new Date(file.modified).toISOString().slice(0, 19);
  return {
    item: {
      ...{
        id: itemId(hash),
        name: path,
        title: null,
        licence: null,
        width: 4000,
        height: 3000,
        bytes: file.bytes,
        date,
      },
      thumbnail: { path: picturePath('thumbs', hash, 'jpg'), width: 320, height: 240 },
      preview: null,
    },
    sha256: hash,
    files: [file],
    vector: normalise(Float32Array.from({ length: dim }, () => random() + random() + random() - 1.5)),
    phash: hash.slice(0, 16),
    thumbnail: { bytes, type: 'image/jpeg' },
    preview: null,
  };
}

async function drawn(n: number): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(320, 240);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D; // every browser has one
  for (let i = 0; i < 40; i++) {
    context.fillStyle = `hsl(${(n * 7 + i * 31) % 360} 50% ${30 + (i % 5) * 10}%)`;
    context.fillRect((i * 83) % 320, (i * 47) % 240, 90, 60);
  }
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
  return new Uint8Array(await blob.arrayBuffer());
}

/** Mulberry32: the same numbers each time. */
function randomFrom(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
