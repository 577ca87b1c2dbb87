/** Finds the generator's parameters by trying: every figure of the synthetic vectors shall be that of the real ones. */
import type { Cloud } from './embed.ts';
import { measureNeighbours, measureScores, measureSpectra, type Spectra } from './measure.ts';
import { type Fitted, type Measures, stretch } from './structure.ts';
import { createSynthetic } from './synthetic.ts';

/** Rows and texts that a trial looks at. */
const PROBES = 300;
const SEED = 1;
/** Variance that is left to the pictures themselves at least: at a million rows none shall be the copy of another. */
const OWN_VARIANCE = 0.08;
const START: Omit<Fitted, 'pictureSpectrum' | 'textSpectrum'> = {
  shrink: 0.4,
  levels: [0.3, 0.3, 0.2, 0.1],
  skew: 1.5,
  burst: 0.1,
  burstVariance: 0.03,
  correlation: 0.8,
  textDecay: 4,
};
const ROUNDS = 2;

/**
 * @param dim of the synthetic vectors.
 * @param deviation what the similarities of one query to all pictures shall spread by.
 */
export function searchParameters(real: Measures, dim: number, deviation: number): Fitted {
  const clouds = (fitted: Fitted, texts = PROBES) => {
    const synthetic = createSynthetic({ seed: SEED, dim, structure: { source: '', real, fitted } });
    const pictures: Cloud = { dim, count: real.pictures, rows: synthetic.pictures(0, real.pictures) };
    const rows = new Float32Array(texts * dim);
    synthetic.queries(texts).forEach((query, i) => {
      rows.set(query, i * dim);
    });
    return { pictures, texts: { dim, count: texts, rows } };
  };
  const neighbourLoss = (fitted: Fitted) => {
    const { nearest, tenthNearest } = measureNeighbours(clouds(fitted).pictures, PROBES);
    return apart(nearest, real.nearest) + apart(tenthNearest, real.tenthNearest);
  };
  const scoreLoss = (fitted: Fitted) => {
    const { pictures, texts } = clouds(fitted);
    const { best, tenthBest } = measureScores(pictures, texts);
    return apart(best, real.best) + apart(tenthBest, real.tenthBest);
  };
  const spectra = (fitted: Fitted) => {
    const { pictures, texts } = clouds(fitted, real.texts);
    return measureSpectra(pictures, texts);
  };
  let fitted: Fitted = { ...START, pictureSpectrum: real.pictureEigenvalues, textSpectrum: real.textAlongPictures };
  for (let round = 0; round < ROUNDS; round++) {
    fitted = descend(fitted, neighbourLoss, NEIGHBOUR_CHANGES);
    for (let step = 0; step < 3; step++) fitted = correctSpectra(fitted, real, spectra(fitted));
    fitted = descend(fitted, scoreLoss, SCORE_CHANGES);
  }
  for (let round = 0; round < 4; round++) {
    const { pictures, texts } = clouds(fitted);
    // Both clouds shrink, so similarities spread by the square of it.
    const shrink = fitted.shrink * Math.sqrt(deviation / measureScores(pictures, texts).similarityDeviation);
    fitted = { ...fitted, shrink };
  }
  return fitted;
}

/** Coordinates whose direction came out too wide are made narrower, and the other way round. */
function correctSpectra(fitted: Fitted, real: Measures, made: Spectra): Fitted {
  const correct = (from: readonly number[], aim: readonly number[], came: readonly number[]) => {
    const back = stretch(came, aim.length);
    return Array.from(stretch(from, aim.length), (share, i) => {
      const factor = ((aim[i] as number) + 1e-6) / ((back[i] as number) + 1e-6);
      return share * Math.min(3, Math.max(1 / 3, factor));
    });
  };
  return {
    ...fitted,
    pictureSpectrum: correct(fitted.pictureSpectrum, real.pictureEigenvalues, made.pictureEigenvalues),
    textSpectrum: correct(fitted.textSpectrum, real.textAlongPictures, made.textAlongPictures),
  };
}

type Change = (from: Fitted, by: number) => Fitted;

/** One parameter after the other is made larger or smaller while that helps, by steps that become finer. */
function descend(start: Fitted, loss: (fitted: Fitted) => number, changes: readonly Change[]): Fitted {
  let best = { fitted: start, loss: loss(start) };
  for (const factor of [1.5, 1.2]) {
    for (let improved = true, rounds = 0; improved && rounds < 3; rounds++) {
      improved = false;
      for (const change of changes) {
        for (const by of [factor, 1 / factor]) {
          const fitted = change(best.fitted, by);
          const trial = { fitted, loss: loss(fitted) };
          if (trial.loss >= best.loss) continue;
          best = trial;
          improved = true;
        }
      }
    }
  }
  return best.fitted;
}

/** A level takes more or less of the variance. */
function scaleLevel(level: number): Change {
  return (from, by) => {
    const levels = from.levels.map((share, i) => (i === level ? share * by : share));
    const most = 1 - OWN_VARIANCE;
    const sum = levels.reduce((total, share) => total + share, 0);
    return { ...from, levels: sum > most ? levels.map((share) => (share * most) / sum) : levels };
  };
}

const NEIGHBOUR_CHANGES: readonly Change[] = [
  ...START.levels.map((_, level) => scaleLevel(level)),
  (from, by) => ({ ...from, skew: Math.max(1, from.skew * by) }),
  (from, by) => ({ ...from, burst: Math.min(1, from.burst * by) }),
  (from, by) => ({ ...from, burstVariance: from.burstVariance * by }),
];

const SCORE_CHANGES: readonly Change[] = [
  (from, by) => ({ ...from, correlation: Math.min(0.95, from.correlation * by) }),
  (from, by) => ({ ...from, textDecay: from.textDecay * by }),
];

/** Sum of the squared differences of logarithms. */
function apart(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + Math.log(value / (b[i] as number)) ** 2, 0);
}
