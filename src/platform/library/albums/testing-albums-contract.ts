import { expect, it } from 'vitest';
import { toAfterimageError } from '../../../engine/errors.ts';
import type { AlbumPicture, SavedThumb } from '../../../protocol/albums.ts';
import type { LibraryChange } from '../library-store.ts';
import type { LibraryUnderTest } from '../testing-library-contract.ts';
import { newPicture } from '../testing-pictures.ts';

const own = (n: number): AlbumPicture => ({ collection: 'library', id: newPicture(n).item.id });
const ofSite = (id: string): AlbumPicture => ({ collection: 'demo', id, thumbnail: `thumbs/${id}.webp` });
const pictures = (...all: readonly AlbumPicture[]) => ({ kind: 'pictures' as const, pictures: all });
const saved = (query: string, thumbs: readonly SavedThumb[] = []) => ({
  kind: 'search' as const,
  search: { query, collection: 'demo', names: false, ...(thumbs.length > 0 && { thumbs }) },
});
const up = (id: string): SavedThumb => ({ id, judgement: 'up' });
/** The code of what a call fails with; across a worker's border it travels in the name. */
const failure = (call: Promise<unknown>) => call.then(() => undefined).catch((error) => toAfterimageError(error).code);

/** What every LibraryStore does with albums. */
export function describeAlbums({ fresh, open }: LibraryUnderTest): void {
  it('keeps albums, by name, each picture in them once', async () => {
    const store = await fresh();
    expect(await store.albums()).toEqual([]);
    await store.put([newPicture(1), newPicture(2)], []);
    const sea = await store.createAlbum(' At  sea ', pictures(own(1), ofSite('a'), own(1)));
    await store.createAlbum('Album 10', saved('1_w.dog'));
    await store.createAlbum('Album 9', pictures());
    const other = await open();
    const albums = await other.albums();
    expect(albums.map(({ name, count }) => [name, count])).toEqual([
      ['Album 9', 0],
      ['Album 10', 0],
      ['At sea', 2],
    ]);
    expect(albums[1]?.search).toEqual({ query: '1_w.dog', collection: 'demo', names: false });
    expect(albums[2]).toMatchObject({ id: sea, cover: own(1), collections: ['library', 'demo'] });
    expect(await other.countAlbums()).toBe(3);
    expect((await other.allAlbums())[2]?.content).toEqual(pictures(own(1), ofSite('a')));
  });

  it('changes them, with another time each', async () => {
    const store = await fresh();
    const id = await store.createAlbum('Sea', pictures(ofSite('a'), ofSite('b')));
    const times = [(await store.albums())[0]?.changed];
    await store.changeAlbum(id, { add: [ofSite('c'), ofSite('a')], remove: [ofSite('b')] });
    times.push((await store.albums())[0]?.changed);
    await store.changeAlbum(id, { name: 'SEA' });
    times.push((await store.albums())[0]?.changed);
    expect(new Set(times).size).toBe(3);
    expect(await store.allAlbums()).toMatchObject([{ id, name: 'SEA', content: pictures(ofSite('a'), ofSite('c')) }]);
  });

  it('gives a saved search other thumbs, and an album of pictures none', async () => {
    const store = await fresh();
    const sea = await store.createAlbum('Sea', pictures(ofSite('a')));
    const dogs = await store.createAlbum('Dogs', saved('1_w.dog'));
    await store.changeAlbum(sea, { thumbs: [up('a')] });
    await store.changeAlbum(dogs, { thumbs: [up('a'), up('b')] });
    await store.changeAlbum(dogs, { name: 'Hounds' });
    const contents = async () => (await store.allAlbums()).map(({ content }) => content);
    expect(await contents()).toEqual([saved('1_w.dog', [up('a'), up('b')]), pictures(ofSite('a'))]);
    await store.changeAlbum(dogs, { thumbs: [] });
    expect(await contents()).toEqual([saved('1_w.dog'), pictures(ofSite('a'))]);
  });

  it('takes thumbs of an imported search that was changed later than its own', async () => {
    const store = await fresh();
    await store.createAlbum('Dogs', saved('1_w.dog', [up('a')]));
    const of = (changed: string, ...thumbs: SavedThumb[]) => [
      { id: '1', name: 'Other', changed, content: saved('1_w.dog', thumbs) },
    ];
    const older = '2000-01-01T00:00:00.000Z';
    const newer = '2999-01-01T00:00:00.000Z';
    expect(await store.importAlbums(of(older, up('b')))).toBe(0);
    expect(await store.importAlbums(of(newer, up('a')))).toBe(0);
    expect(await store.importAlbums(of(newer, up('b'), up('c')))).toBe(1);
    expect(await store.albums()).toMatchObject([{ name: 'Dogs', search: { thumbs: [up('b'), up('c')] } }]);
  });

  it('refuses names that are taken or none, and what is gone', async () => {
    const store = await fresh();
    const id = await store.createAlbum('Café', pictures());
    for (const name of ['CAFE\u0301', ' café ', '', '  ', 'x'.repeat(101)]) {
      expect(await failure(store.createAlbum(name, pictures())), name).toBe('album-invalid');
    }
    const tea = await store.createAlbum('Tea', pictures());
    expect(await failure(store.changeAlbum(tea, { name: 'café' }))).toBe('album-invalid');
    expect(await store.deleteAlbum(id)).toMatchObject({ name: 'Café' });
    expect(await store.deleteAlbum(id)).toBeUndefined();
    expect(await failure(store.changeAlbum(id, { name: 'x' }))).toBe('album-unknown');
    expect((await store.albums()).map(({ name }) => name)).toEqual(['Tea']);
  });

  it('brings a deleted album back, unless its name was taken meanwhile', async () => {
    const store = await fresh();
    const album = await store.createAlbum('Sea', pictures(ofSite('a'))).then((id) => store.deleteAlbum(id));
    if (!album) throw new Error('It was there.');
    await store.restoreAlbum(album);
    expect(await store.albums()).toMatchObject([{ id: album.id, name: 'Sea', count: 1 }]);
    await store.deleteAlbum(album.id);
    await store.createAlbum('sea', pictures());
    expect(await failure(store.restoreAlbum(album))).toBe('album-invalid');
  });

  it('has a deleted picture in its albums again when that is brought back', async () => {
    const store = await fresh();
    const [first] = await store.put([newPicture(1), newPicture(2)], []);
    await store.createAlbum('Sea', pictures(own(1), own(2)));
    await store.remove([first?.key ?? -1]);
    expect(await store.albums()).toMatchObject([{ count: 1, cover: own(2) }]);
    await store.restore([first?.key ?? -1]);
    expect(await store.albums()).toMatchObject([{ count: 2, cover: own(1) }]);
  });

  it('tells other stores, and forgets albums with the library', async () => {
    const store = await fresh();
    const other = await open();
    const heard: LibraryChange['type'][] = [];
    other.subscribe(({ type }) => heard.push(type));
    const id = await store.createAlbum('Sea', pictures());
    await expect.poll(() => heard).toEqual(['albums']);
    await store.changeAlbum(id, { name: 'Lake' });
    await store.clear();
    await expect.poll(() => heard).toEqual(['albums', 'albums', 'cleared']);
    expect(await other.albums()).toEqual([]);
  });

  it('puts imported albums beside its own', async () => {
    const store = await fresh();
    const changed = '2024-01-01T00:00:00.000Z';
    await store.createAlbum('Sea', pictures(ofSite('a')));
    await store.createAlbum('Dogs', saved('1_w.dog'));
    const imported = [
      { id: '1', name: 'SEA', changed, content: pictures(ofSite('b'), ofSite('a')) },
      { id: '2', name: 'Dogs', changed, content: saved('1_w.dog') },
      { id: '3', name: 'dogs', changed, content: saved('1_w.cat') },
      { id: '4', name: 'New', changed, content: pictures(ofSite('c')) },
    ];
    expect(await store.importAlbums(imported)).toBe(3);
    const all = (await store.allAlbums()).map(({ name, content }) => [name, content]);
    expect(all).toEqual([
      ['Dogs', saved('1_w.dog')],
      ['dogs 2', saved('1_w.cat')],
      ['New', pictures(ofSite('c'))],
      ['Sea', pictures(ofSite('a'), ofSite('b'))],
    ]);
    expect(await store.importAlbums(imported)).toBe(0);
  });
}
