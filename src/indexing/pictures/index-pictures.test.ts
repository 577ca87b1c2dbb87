import { expect, test, vi } from 'vitest';
import type { IndexPorts, IndexRequest } from '../request.ts';
import { indexPictures } from './index-pictures.ts';

/** A request, and ports of which only the listing is there: whatever else is asked for fails. */
function refusal(more: Partial<IndexRequest>) {
  const file = { location: '', bytes: 1, modified: 0, stamp: null };
  const files = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => ({ name, ...file }));
  const nothing = { problems: [], others: 0, otherExtensions: {}, unlisted: [], empty: [], unread: [], leftOut: [] };
  const list = vi.fn(async () => ({ files, ...nothing }));
  const model = { id: 'tiny', sha256: '', dim: 64 };
  const hnsw = { M: 16, efConstruction: 200, efSearch: 200 };
  const signal = new AbortController().signal;
  const request = { model, hnsw, index: 'hnsw', maxPictures: 2, signal, ...more } as IndexRequest;
  const ports = { source: { list }, onEvent: () => {} } as unknown as IndexPorts; // only these are reached
  return { run: indexPictures(request, ports), list };
}

test('codes of vectors that are too short are refused before the folders are even listed', async () => {
  const { run, list } = refusal({ index: 'codes', model: { id: 'tiny', sha256: '', dim: 16 } });
  await expect(run).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(/^Vectors of 16 .*exact/) });
  expect(list).not.toHaveBeenCalled();
});

test('more pictures than a graph can hold are refused', async () => {
  const { run } = refusal({ maxPictures: 2 });
  await expect(run).rejects.toMatchObject({
    code: 'index-too-large',
    message: expect.stringMatching(/^3 pictures are more than the 2 /),
  });
});
