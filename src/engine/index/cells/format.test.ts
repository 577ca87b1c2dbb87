import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finish } from '../../async/steps.ts';
import { clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { codeBytes } from '../codes/code.ts';
import { createEncoder } from '../codes/encode.ts';
import { trainCode } from '../codes/train.ts';
import { type CellShape, cellOf, encodeHead, parseHead } from './head.ts';
import { blocksOf, encodeMembers, memberBytes, parseMembers, vectorHash } from './members.ts';

const [DIM, COUNT, SAMPLED] = [64, 90, 7];
const flat = flatten(clusteredVectors(COUNT, DIM), DIM);
const code = finish(trainCode({ dim: DIM, shape: () => ({ width: 32, bits: 4 }), sample: flat }));
const codes = finish(createEncoder(code))(flat);
const sample = codes.subarray(0, SAMPLED * codeBytes(code));
const corrupt = expect.objectContaining({ code: 'index-corrupt' });

const shape: CellShape = {
  rows: Uint32Array.of(40, 1, 49),
  centroids: Float32Array.from({ length: 3 * 32 }, (_, i) => ((i * 7) % 15) - 7),
  spreads: Float32Array.of(1, 0, 2.5),
};
const hashOf = (n: number) => (n * 0x1234567).toString(16).padStart(32, '0');
const hashes = [1, 2, 3].map(hashOf);
const expected = { dim: DIM, count: COUNT };
const body = encodeHead(shape, hashes, code, sample);

describe('the head', () => {
  const head = parseHead(body, expected);

  test('gives what was written, rounded', () => {
    expect([...head.rows]).toEqual([40, 1, 49]);
    expect([...head.firsts]).toEqual([0, 40, 41, 90]);
    expect(head.hashes).toEqual(hashes);
    expect(head.code).toEqual(code.bits === 4 ? expect.objectContaining({ width: 32, bits: 4, dim: DIM }) : {});
    head.centroids.forEach((value, i) => {
      expect(Math.abs(value - (shape.centroids[i] as number))).toBeLessThan(0.04);
    });
    head.spreads.forEach((value, i) => {
      expect(Math.abs(value - (shape.spreads[i] as number))).toBeLessThan(0.02);
    });
    const { section, header } = head.sample;
    expect(section.subarray(header.bytes)).toEqual(sample);
  });

  test('says which cell a row stands in', () => {
    expect([0, 39, 40, 41, 89].map((row) => cellOf(head, row))).toEqual([0, 0, 1, 2, 2]);
  });

  test('is refused for another collection', () => {
    for (const other of [{ dim: 32 }, { count: 91 }, { count: 89 }]) {
      expect(() => parseHead(body, { ...expected, ...other })).toThrow(corrupt);
    }
  });

  test('is refused when it is cut off anywhere, or has a cell without rows', () => {
    fc.assert(
      fc.property(fc.nat(body.length - 1), (length) => {
        expect(() => parseHead(body.subarray(0, length), expected)).toThrow(corrupt);
      }),
    );
    const empty = encodeHead({ ...shape, rows: Uint32Array.of(41, 0, 49) }, hashes, code, sample);
    expect(() => parseHead(empty, expected)).toThrow(corrupt);
  });

  test('whatever its bytes, it is read or refused', () => {
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(255), (at, value) => {
        const changed = body.slice();
        changed[at] = value;
        try {
          const read = parseHead(changed, expected);
          expect(read.firsts.at(-1)).toBe(COUNT);
        } catch (error) {
          expect(error).toEqual(corrupt);
        }
      }),
    );
  });
});

describe('members', () => {
  const place = fc
    .record({
      first: fc.nat(1000),
      rows: fc.integer({ min: 1, max: 40 }),
      rowsPerBlock: fc.integer({ min: 1, max: 16 }),
    })
    .map((one) => ({ ...one, codeBytes: 16 }));

  test('give codes, and the hashes of the blocks in which their rows lie and of no others', () => {
    fc.assert(
      fc.property(place, (where) => {
        const own = Uint8Array.from({ length: where.rows * where.codeBytes }, (_, i) => i);
        const bytes = encodeMembers(where, own, hashOf);
        expect(bytes).toHaveLength(memberBytes(where));
        const members = parseMembers(bytes, where);
        expect(members.codes).toEqual(own);
        const last = where.first + where.rows - 1;
        const { from, count } = blocksOf(where);
        expect([from, from + count - 1]).toEqual(
          [where.first, last].map((row) => Math.floor(row / where.rowsPerBlock)),
        );
        for (let row = where.first; row <= last; row++) {
          const block = Math.floor(row / where.rowsPerBlock);
          expect(vectorHash(members, block)).toBe(hashOf(block));
        }
        for (const block of [from - 1, from + count]) expect(vectorHash(members, block)).toBeUndefined();
      }),
    );
  });

  test('of another length are refused', () => {
    const where = { first: 5, rows: 9, rowsPerBlock: 8, codeBytes: 16 };
    const bytes = encodeMembers(where, new Uint8Array(9 * 16), hashOf);
    for (const other of [bytes.subarray(1), new Uint8Array(bytes.length + 1), new Uint8Array()]) {
      expect(() => parseMembers(other, where)).toThrow(corrupt);
    }
  });
});
