import { beforeAll, describe, expect, it } from 'vitest';
import { dot } from '../../../src/engine/numeric/embedding.ts';
import { leading, measureSynthetic, TARGET_DEVIATION } from './match.ts';
import { measureScores } from './measure.ts';
import structure from './structure.json' with { type: 'json' };
import { type Measures, stretch } from './structure.ts';
import { createSynthetic } from './synthetic.ts';

describe.each([false, true])('synthetic embeddings, isotropic: %s', (isotropic) => {
  const create = (seed = 3) => createSynthetic({ seed, dim: 128, isotropic });

  it('are the same for the same seed, whatever was asked before', () => {
    const all = create().pictures(0, 40);
    const one = new Float32Array(128);
    const other = create();
    for (const row of [39, 7, 8, 7]) {
      other.picture(row, one);
      expect(one).toEqual(all.subarray(row * 128, (row + 1) * 128));
    }
    expect(create().queries(3)[2]).toEqual(create().queries(5)[2]);
    expect(create(4).pictures(0, 1)).not.toEqual(all.subarray(0, 128));
  });

  it('have unit norm', () => {
    for (const query of create().queries(20)) expect(dot(query, query)).toBeCloseTo(1, 5);
    const rows = create().pictures(1_000_000, 20);
    for (let at = 0; at < rows.length; at += 128) {
      const row = rows.subarray(at, at + 128);
      expect(dot(row, row)).toBeCloseTo(1, 5);
    }
  });

  it('write rows into given memory', () => {
    const out = new Float32Array(3 * 128);
    expect(create().pictures(5, 3, out)).toBe(out);
    expect(out).toEqual(create().pictures(5, 3));
  });
});

describe('the structure of synthetic embeddings', () => {
  const { real } = structure;
  let made: Measures;
  beforeAll(() => {
    // At half the dimensions of the fit, since eigenvalues of 512 take half a minute; `fit.ts --check` looks at those.
    made = measureSynthetic(structure, 256, 5);
  }, 120_000);

  it('has the eigenvalues of the pictures within a tenth of their sum', () => {
    for (const share of [1 / 64, 1 / 16, 1 / 8, 1 / 4]) {
      const difference = leading(made.pictureEigenvalues, share) - leading(real.pictureEigenvalues, share);
      expect(Math.abs(difference)).toBeLessThan(0.1);
    }
  });

  it('has the texts along the pictures’ eigenvectors within a fifth of their sum', () => {
    for (const share of [1 / 64, 1 / 16, 1 / 8, 1 / 4]) {
      const difference = leading(made.textAlongPictures, share) - leading(real.textAlongPictures, share);
      expect(Math.abs(difference)).toBeLessThan(0.2);
    }
  });

  it('has the neighbour distances within a tenth of the distance between any two', () => {
    const close = (a: readonly number[], b: readonly number[], i: number) =>
      expect(Math.abs((a[i] as number) - (b[i] as number))).toBeLessThan(0.1);
    for (const i of [0, 1, 2, 3, 4, 5]) close(made.nearest, real.nearest, i);
    for (const i of [0, 1, 2, 3]) close(made.tenthNearest, real.tenthNearest, i);
  });

  it('has the gap', () => expect(made.gap).toBeCloseTo(real.gap, 1));

  it('has, at 512 dimensions, the spread of similarities that is wanted, and answers that stand out as real ones do', () => {
    const dim = 512;
    const synthetic = createSynthetic({ seed: 1 });
    const rows = new Float32Array(200 * dim);
    synthetic.queries(200).forEach((query, i) => {
      rows.set(query, i * dim);
    });
    const pictures = { dim, count: real.pictures, rows: synthetic.pictures(0, real.pictures) };
    const scores = measureScores(pictures, { dim, count: 200, rows });
    expect(scores.similarityDeviation / TARGET_DEVIATION).toBeGreaterThan(0.8);
    expect(scores.similarityDeviation / TARGET_DEVIATION).toBeLessThan(1.2);
    expect(Math.abs((scores.best[2] as number) - (real.best[2] as number))).toBeLessThan(0.5);
    expect(Math.abs((scores.tenthBest[2] as number) - (real.tenthBest[2] as number))).toBeLessThan(0.5);
  });
});

describe('stretch', () => {
  it('keeps the shape of a curve', () => {
    expect(Array.from(stretch([0.75, 0.25], 2))).toEqual([0.75, 0.25]);
    const longer = stretch([0.5, 0.3, 0.2], 6);
    expect(longer.length).toBe(6);
    expect(longer.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1);
    expect([...longer].sort((a, b) => b - a)).toEqual([...longer]);
  });
});
