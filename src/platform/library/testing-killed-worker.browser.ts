import { createLibraryStore } from './library-store.browser.ts';
import { newPicture } from './testing-pictures.ts';

/** Stores batches of four pictures until it is killed, and tells after each how many it has stored. */
self.onmessage = async ({ data: name }: MessageEvent<string>) => {
  const store = createLibraryStore({ name });
  await store.count();
  for (let n = 0; ; n += 4) {
    self.postMessage(n);
    await store.put(
      [0, 1, 2, 3].map((i) => newPicture(n + i)),
      [],
    );
  }
};
