/** How well synthetic vectors match the real ones they were fitted on: a table of both, figure by figure. */
import type { Cloud } from './embed.ts';
import { measure } from './measure.ts';
import { type Measures, NEIGHBOUR_QUANTILES, SCORE_QUANTILES, type Structure } from './structure.ts';
import { createSynthetic } from './synthetic.ts';

/** The figures of as many synthetic pictures and texts as real ones were measured. */
export function measureSynthetic(structure: Structure, dim: number, seed: number): Measures {
  const synthetic = createSynthetic({ seed, dim, structure });
  const { pictures, texts } = structure.real;
  const rows = new Float32Array(texts * dim);
  synthetic.queries(texts).forEach((query, i) => {
    rows.set(query, i * dim);
  });
  const cloud: Cloud = { dim, count: pictures, rows: synthetic.pictures(0, pictures) };
  return measure(cloud, { dim, count: texts, rows });
}

/** A Markdown table: what was measured on the real vectors, what they are scaled to, what the synthetic ones have. */
export function matchTable({ real, fitted }: Structure, made: Measures): string {
  const lines: string[][] = [
    ['figure', 'real', 'to match', 'synthetic'],
    ['---', '---', '---', '---'],
    ['dimensions', `${real.dim}`, `${made.dim}`, `${made.dim}`],
  ];
  const line = (name: string, before: number, aim: number, after: number) =>
    lines.push([name, before.toFixed(3), aim.toFixed(3), after.toFixed(3)]);
  const same = (name: string, before: number, after: number) => line(name, before, before, after);
  for (const share of [1 / 64, 1 / 16, 1 / 8, 1 / 4, 1 / 2]) {
    const of = (values: readonly number[]) => leading(values, share);
    const place = `first ${(100 * share).toFixed(1)} % of directions`;
    same(`pictures: variance in the ${place}`, of(real.pictureEigenvalues), of(made.pictureEigenvalues));
    same(`texts: variance in the ${place}`, of(real.textEigenvalues), of(made.textEigenvalues));
    same(`texts, in the pictures’ ${place}`, of(real.textAlongPictures), of(made.textAlongPictures));
  }
  const area = fitted.shrink ** 2;
  line('variance of pictures', real.pictureVariance, real.pictureVariance * area, made.pictureVariance);
  line('variance of texts', real.textVariance, real.textVariance * area, made.textVariance);
  same('gap between texts and pictures', real.gap, made.gap);
  NEIGHBOUR_QUANTILES.forEach((place, i) => {
    const name = `distance to the nearest picture ÷ to any, ${100 * place} %`;
    same(name, real.nearest[i] as number, made.nearest[i] as number);
  });
  NEIGHBOUR_QUANTILES.forEach((place, i) => {
    const name = `distance to the tenth nearest ÷ to any, ${100 * place} %`;
    same(name, real.tenthNearest[i] as number, made.tenthNearest[i] as number);
  });
  line('deviation of the similarities of a text', real.similarityDeviation, TARGET_DEVIATION, made.similarityDeviation);
  SCORE_QUANTILES.forEach((place, i) => {
    same(`best picture of a text, deviations, ${100 * place} %`, real.best[i] as number, made.best[i] as number);
  });
  SCORE_QUANTILES.forEach((place, i) => {
    same(
      `tenth best of a text, deviations, ${100 * place} %`,
      real.tenthBest[i] as number,
      made.tenthBest[i] as number,
    );
  });
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Standard deviation of the similarities of one text to pictures in CLIP's space. */
export const TARGET_DEVIATION = 0.025;

/** What the first `share` of the values sums up to. */
export function leading(values: readonly number[], share: number): number {
  return values.slice(0, Math.round(values.length * share)).reduce((sum, value) => sum + value, 0);
}
