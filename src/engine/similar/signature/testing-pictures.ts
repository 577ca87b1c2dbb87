import { seededRandom } from '../../numeric/testing-vectors.ts';
import type { RgbPicture } from '../reduce.ts';

/** The colour at a place, both of 0 … 1, so that a picture can be had in any size, and parts of it. */
export type Scene = (x: number, y: number) => readonly [number, number, number];

/** Something that is as rich in detail as a photograph: waves that are weaker the shorter they are, and some colour. */
export function sceneOf(seed: number): Scene {
  const random = seededRandom(seed);
  const waves = Array.from({ length: 24 }, () => {
    const [across, down] = [6 * (2 * random() - 1), 6 * (2 * random() - 1)];
    return { across, down, phase: 2 * Math.PI * random(), size: 60 / (1 + Math.hypot(across, down)) };
  });
  const tint = [random(), random(), random()].map((value) => 60 * (value - 0.5));
  return (x, y) => {
    const sum = waves.reduce((to, { across, down, phase, size }) => {
      return to + size * Math.sin(2 * Math.PI * (across * x + down * y) + phase);
    }, 128);
    return [sum + (tint[0] as number) * x, sum + (tint[1] as number) * y, sum + (tint[2] as number) * (1 - x)];
  };
}

/** @param part left, top, right and bottom of what is drawn */
export function drawScene(
  scene: Scene,
  width: number,
  height: number,
  part: readonly [number, number, number, number] = [0, 0, 1, 1],
): RgbPicture {
  const [left, top, right, bottom] = part;
  const data = new Uint8ClampedArray(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = [left + ((right - left) * (x + 0.5)) / width, top + ((bottom - top) * (y + 0.5)) / height] as const;
      data.set(scene(...at), 3 * (y * width + x));
    }
  }
  return { data, width, height };
}
