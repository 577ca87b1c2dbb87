import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AfterimageError } from '../../errors.ts';
import { MAX_ITEM_EXTENSION_BYTES } from '../extensions/extensions.ts';
import { sampleItem } from '../testing.ts';
import type { Item } from '../types.ts';
import { createItemLines, encodeItem, encodeItemBlocks } from './items.ts';

const corrupt = expect.objectContaining({ code: 'part-corrupt' });

/** Anything that people call a picture: lone surrogates, line breaks, quotes, U+2028, a byte order mark. */
const words = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom('\n', '"\\', '\u2028\u2029', '\ufeffBOM', '\ud800', 'é', '👩‍🚀', '</script>', '\u0000'),
);
const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));
const size = fc.integer({ min: 1, max: 100_000 });
const picture = fc.record({
  path: hex(8).map((name) => `thumbs/${name.slice(0, 2)}/${name}.webp`),
  width: size,
  height: size,
});
const anyItem: fc.Arbitrary<Item> = fc.record({
  id: hex(16),
  name: words,
  title: fc.option(words),
  licence: fc.option(words),
  width: size,
  height: size,
  bytes: fc.nat(),
  date: fc.option(fc.date({ noInvalidDate: true }).map((date) => date.toISOString())),
  thumbnail: picture,
  preview: fc.option(picture),
});

function encode(items: readonly Item[]): Uint8Array {
  return new Uint8Array(items.flatMap((item, row) => [...encodeItem(item, row)]));
}
const encodeText = (text: string) => new TextEncoder().encode(text);

test('blocks hold whole lines, as many as fit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyItem, { maxLength: 8 }),
      fc.integer({ min: 1, max: 3000 }),
      async (items, blockBytes) => {
        const blocks: { readonly first: number; readonly bytes: Uint8Array }[] = [];
        for await (const block of encodeItemBlocks(items.map(encodeItem), blockBytes)) blocks.push(block);
        expect(blocks.flatMap(({ bytes }) => [...bytes])).toEqual([...encode(items)]);
        for (const [i, { first, bytes }] of blocks.entries()) {
          const next = blocks[i + 1];
          const lines = createItemLines(bytes, (next?.first ?? items.length) - first);
          expect(lines.get(0)).toEqual(items[first]);
          expect(bytes.length <= blockBytes || lines.count === 1).toBe(true);
          if (next) expect(bytes.length + encodeItem(items[next.first] as Item, 0).length).toBeGreaterThan(blockBytes);
        }
      },
    ),
  );
});

describe('a store of items', () => {
  test('gives back whatever items were written', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 8 }), (items) => {
        const store = createItemLines(encode(items), items.length);
        expect(store.count).toBe(items.length);
        expect(items.map((_, row) => store.get(row))).toEqual(items);
        for (const { id } of items) expect(store.rowOf(id)).toBe(items.findIndex((one) => one.id === id));
      }),
    );
  });

  test('knows the rows of ids, the first of equal ones, and of no other', () => {
    const store = createItemLines(encode([sampleItem(3), sampleItem(1), sampleItem(1)]), 3);
    expect(store.rowOf(sampleItem(3).id)).toBe(0);
    expect(store.rowOf(sampleItem(1).id)).toBe(1);
    expect(store.rowOf(sampleItem(2).id)).toBe(-1);
    expect(store.rowOf('toString')).toBe(-1);
  });

  test.each([-1, 2, 0.5, Number.NaN])('has no row %d among two', (row) => {
    const store = createItemLines(encode([sampleItem(0), sampleItem(1)]), 2);
    expect(() => store.get(row)).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  test.each([
    ['too few lines', '{}\n', 2],
    ['too many lines', '{}\n{}\n', 1],
    ['a line without an end', '{}\n{}', 2],
    ['nothing', '', 1],
    ['bytes where none should be', '{}', 0],
  ])('refuses %s', (_, body, count) => {
    expect(() => createItemLines(encodeText(body), count)).toThrow(corrupt);
  });

  test('reports a bad line when it is asked for, and only then', () => {
    const store = createItemLines(new Uint8Array([...encode([sampleItem(0)]), ...encodeText('{"id":1}\n')]), 2);
    expect(store.get(0)).toEqual(sampleItem(0));
    expect(() => store.get(1)).toThrow(corrupt);
    expect(() => store.get(1)).toThrow('line 2');
    expect(() => store.rowOf('0'.repeat(16))).toThrow(corrupt);
  });

  test('refuses a byte order mark', () => {
    const body = new Uint8Array([...encodeText('\ufeff'), ...encode([sampleItem(0)])]);
    expect(() => createItemLines(body, 1).get(0)).toThrow(corrupt);
  });

  test('refuses bytes that are not UTF-8', () => {
    const body = encode([sampleItem(0)]);
    body[40] = 0xff;
    expect(() => createItemLines(body, 1).get(0)).toThrow(corrupt);
  });

  test.each<[string, object]>([
    ['an id', { id: '0123' }],
    ['a name', { name: '' }],
    ['a title', { title: 4 }],
    ['a width', { width: 0 }],
    ['a height', { height: 1.5 }],
    ['a size', { bytes: -1 }],
    ['a date', { date: 'in May' }],
    ['a thumbnail', { thumbnail: {} }],
    ['a thumbnail of a preview', { thumbnail: null }],
    ['a path', { thumbnail: { path: '../../x.webp', width: 1, height: 1 } }],
    ['a path', { thumbnail: { path: 'https://elsewhere.example/x.webp', width: 1, height: 1 } }],
    ['a path', { preview: { path: '//elsewhere.example/x.webp', width: 1, height: 1 } }],
    ['a path', { preview: { path: 'a\\b.webp', width: 1, height: 1 } }],
    ['a member', { script: 'x' }],
  ])('refuses %s that is none', (_, changes) => {
    const wrong = { ...sampleItem(0), ...changes } as Item;
    expect(() => createItemLines(encodeText(`${JSON.stringify(wrong)}\n`), 1).get(0)).toThrow(corrupt);
    expect(() => encodeItem(wrong, 7)).toThrow(expect.objectContaining({ code: 'collection-invalid' }));
    expect(() => encodeItem(wrong, 7)).toThrow('row 7');
  });

  test('takes a picture of which nothing but its name is known', () => {
    const bare: Item = { ...sampleItem(0), width: 0, height: 0, bytes: 0, date: null, thumbnail: null, preview: null };
    expect(createItemLines(encode([bare]), 1).get(0)).toEqual(bare);
  });

  test('throws nothing but coded errors, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(3), (body, count) => {
        try {
          const store = createItemLines(body, count);
          for (let row = 0; row < count; row++) store.get(row);
          store.rowOf('0'.repeat(16));
        } catch (error) {
          expect(error).toBeInstanceOf(AfterimageError);
        }
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.json(), { maxLength: 3 }), (lines) => {
        const store = createItemLines(encodeText(lines.map((line) => `${line}\n`).join('')), lines.length);
        for (const row of lines.keys()) expect(() => store.get(row)).toThrow(corrupt);
      }),
    );
  });
});

/** Which JSON has not. */
function withoutMinusZero(value: object): NonNullable<Item['extensions']> {
  return JSON.parse(JSON.stringify(value));
}

describe('what items may have', () => {
  const readBack = (item: Item) => createItemLines(encodeItem(item, 0), 1).get(0);

  test('comes back as it was written', () => {
    const names = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}(\.[a-z0-9][a-z0-9-]{0,8}){0,3}$/);
    const extensions = fc.dictionary(names, fc.jsonValue(), { maxKeys: 4 }).map(withoutMinusZero);
    const media = fc.constantFrom('image', 'video', 'audio', 'page-of-text');
    const duration = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((seconds) => seconds + 0);
    const additions = fc.record({ media, duration, extensions }, { requiredKeys: [] });
    fc.assert(
      fc.property(additions, (one) => {
        expect(readBack({ ...sampleItem(1), ...one })).toEqual({ ...sampleItem(1), ...one });
      }),
    );
  });

  test('costs nothing where it is not there', () => {
    expect(new TextDecoder().decode(encodeItem(sampleItem(1), 0))).not.toMatch(/media|duration|extensions/);
  });

  test.each<[string, object]>([
    ['media is not', { media: 'Video' }],
    ['media is not', { media: '' }],
    ['duration is below 0', { duration: -1 }],
    ['duration is not a number', { duration: '1:30' }],
    ['extensions is not an object', { extensions: [] }],
    ['which is not a name', { extensions: { 'No names': 1 } }],
    ['more than 8192 bytes', { extensions: { long: 'x'.repeat(MAX_ITEM_EXTENSION_BYTES) } }],
    ['nested too deeply', { extensions: { deep: JSON.parse('['.repeat(33) + ']'.repeat(33)) } }],
    ['unknown member "tags"', { tags: [] }],
  ])('%s: refused when it is read and when it is written', (where, changes) => {
    const wrong = { ...sampleItem(0), ...changes } as Item;
    const line = new TextEncoder().encode(`${JSON.stringify(wrong)}\n`);
    expect(() => createItemLines(line, 1).get(0)).toThrow(where);
    expect(() => createItemLines(line, 1).get(0)).toThrow(expect.objectContaining({ code: 'part-corrupt' }));
    expect(() => encodeItem(wrong, 0)).toThrow(where);
  });
});
