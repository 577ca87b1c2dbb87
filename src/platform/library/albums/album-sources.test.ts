import { expect, test } from 'vitest';
import type { Album, AlbumContent } from '../../../protocol/albums.ts';
import { albumSources, albumValues, savedPictures, thumbsOfSaved } from './album-sources.ts';

const album = (name: string, content: AlbumContent = { kind: 'pictures', pictures: [] }): Album => ({
  ...{ id: name, name, changed: `changed ${name}`, content },
});
const saved = (query: string, collection: string): AlbumContent => ({
  kind: 'search',
  search: { query, collection, names: true },
});

test('pictures are named by collection and id, albums by their folded names', () => {
  const pictures = [
    { collection: 'library', id: 'a' },
    { collection: 'demo', id: 'a', thumbnail: 'x.webp' },
  ];
  const sources = albumSources([album('At SEA', { kind: 'pictures', pictures })]);
  expect([...sources]).toEqual([['at sea', { changed: 'changed At SEA', pictures: new Set(['library a', 'demo a']) }]]);
});

test('a saved search is asked where it was saved; what it is like is there, too', () => {
  const like = '1_i.0123456789abcdef';
  const sources = albumSources([album('one', saved(like, 'demo')), album('all', saved(like, '*'))]);
  const term = { kind: 'item', id: '0123456789abcdef', weight: 1 };
  expect(sources.get('one')).toMatchObject({
    collection: 'demo',
    names: true,
    query: { terms: [{ ...term, collection: 'demo' }] },
  });
  expect(sources.get('all')).toMatchObject({ collection: null, query: { terms: [{ ...term, collection: null }] } });
});

test('a saved search that cannot be read has no pictures', () => {
  expect(albumSources([album('new', saved('99_w.dog', 'demo'))]).get('new')).toMatchObject({ pictures: new Set() });
});

test('thumbs go with a saved search; of two searches of the same, those of the one that was changed last', () => {
  const asked = { query: '1_w.dog', collection: 'demo' };
  const judged = (name: string, id: string) => {
    const thumbs = [{ id, judgement: 'up' as const }];
    return album(name, { kind: 'search', search: { ...asked, names: true, thumbs } });
  };
  const albums = [judged('2', 'b'), judged('1', 'a'), album('3', saved('1_w.cat', 'demo')), album('4')];
  expect(albumSources(albums).get('2')).toMatchObject({ thumbs: new Map([['b', 'up']]) });
  expect(albumSources(albums).get('3')).not.toHaveProperty('thumbs');
  expect(thumbsOfSaved(albums, asked)).toEqual([{ id: 'b', judgement: 'up' }]);
  expect(thumbsOfSaved(albums, { ...asked, collection: '*' })).toEqual([]);
});

test('names are completed: those that begin so first, then those with such a word', () => {
  const albums = ['Beach', 'Summer at the beach', 'beautiful', 'Work'].map((name) => album(name));
  const values = (prefix: string) => albumValues(albums, prefix).map(({ value }) => value);
  expect(values('bea')).toEqual(['Beach', 'beautiful', 'Summer at the beach']);
  expect(values('')).toHaveLength(4);
  expect(values('x')).toEqual([]);
});

test('pictures that saved searches are like are known by the model that saw them alone', () => {
  const model = { id: 'm', sha256: 'a'.repeat(64) };
  const seen = (sha256: string, changes = {}) => ({ sha256, model: model.sha256, embedding: [3, 4], ...changes });
  const pictures = [seen('x'), seen('y', { model: 'another' }), seen('z', { embedding: [1, 2, 3] })];
  const search = { query: '1_w.dog', collection: 'demo', names: false, pictures };
  const found = savedPictures([album('a', { kind: 'search', search }), album('b')], { model, dim: 2 });
  expect([...found]).toEqual([['x', Float32Array.of(0.6, 0.8)]]);
});
