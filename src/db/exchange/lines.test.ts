import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../testing-records.ts';
import { readLines } from './lines.ts';

const LIMITS = { lineBytes: 1_000, fileBytes: 10_000 };

async function* chunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}

const encode = (text: string) => new TextEncoder().encode(text);

describe('lines', () => {
  it('are the same however the bytes arrive', async () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n') && text !== '');
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1 }), fc.array(fc.nat(20)), async (lines, sizes) => {
        const read = await collect(readLines(chunks(encode(lines.join('\n')), sizes), LIMITS));
        expect(read).toEqual(lines.map((text, i) => ({ number: i + 1, text })));
      }),
    );
  });

  it('count empty ones without giving them, and end with or without a newline', async () => {
    const read = await collect(readLines(chunks(encode('a\n\nb\n'), []), LIMITS));
    expect(read).toEqual([
      { number: 1, text: 'a' },
      { number: 3, text: 'b' },
    ]);
  });

  it('that are too long or not UTF-8 are named, and the others still read', async () => {
    const bytes = new Uint8Array([...encode(`${'x'.repeat(1_001)}\n`), 0xff, 0x0a, ...encode('fine')]);
    const read = await collect(readLines(chunks(bytes, [500, 500, 500]), LIMITS));
    expect(read).toEqual([
      { number: 1, damage: 'longer than 1000 bytes' },
      { number: 2, damage: 'not UTF-8' },
      { number: 3, text: 'fine' },
    ]);
  });

  it('stop at the limit of the file', async () => {
    const endless = chunks(new Uint8Array(10_001).fill(0x0a), [10_000]);
    await expect(collect(readLines(endless, LIMITS))).rejects.toThrow(RangeError);
  });
});
