import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finish } from '../../async/steps.ts';
import { lookOf } from '../describe-look.ts';
import { perceptualHash } from '../perceptual-hash.ts';
import { openNearSignatures } from './near-signatures.ts';
import { isSignature, parseSignature, pictureSignature } from './signature.ts';
import { drawScene, type Scene, sceneOf } from './testing-pictures.ts';

const signatureOf = (scene: Scene, part?: readonly [number, number, number, number]) =>
  pictureSignature(drawScene(scene, 64, 48, part)) ?? undefined;

/** Whether two pictures pass for copies, whichever of them is asked for. */
function areCopies(one: string | undefined, other: string | undefined, least = 0.98): boolean {
  const near = finish(openNearSignatures([one, other]));
  const [forth, back] = [near.near(0, least, () => true), near.near(1, least, () => true)];
  expect(back.length).toBe(forth.length);
  return forth.length > 0;
}

describe('the text of a signature', () => {
  test('is the same in every host', () => {
    expect(signatureOf(sceneOf(1))).toBe(
      '1eNiZdhdfeddfchZjZeibZhipbbnZaomkSYhmjZgfetlcjqYYYZMtegqSslYkeZmXlhhefffidefff',
    );
    expect(signatureOf(sceneOf(2))).toBe(
      '1fXiUcbdgjibeeMhYhlgWihhefejitjhjVdlbhXepglmbZdaUjWOsgnaYmmdZnSWeWefffffheffff',
    );
  });

  test('holds the mean, and what differs from it, to some levels', () => {
    const parsed = parseSignature(signatureOf((x) => [50 + 100 * x, 50 + 100 * x, 50 + 100 * x]) ?? '');
    expect(parsed?.luma[0]).toBeCloseTo(100, 0);
    // The series of a ramp from −50 to 50: −400 / π² of the slowest cosine.
    expect(Math.abs((parsed?.luma[1] ?? 0) + 400 / Math.PI ** 2)).toBeLessThan(2);
    expect([...(parsed?.blue ?? [])].every((value) => value === 0)).toBe(true);
  });

  test('none of an even picture, and the same as with the hash', () => {
    expect(signatureOf(() => [200, 30, 90])).toBeUndefined();
    const picture = drawScene(sceneOf(3), 90, 60);
    expect(lookOf(picture)).toEqual({ phash: perceptualHash(picture), signature: pictureSignature(picture) });
  });

  test('of another version, or what is no signature, is none; nothing is thrown', () => {
    const real = signatureOf(sceneOf(4)) ?? '';
    expect(isSignature(real)).toBe(true);
    for (const text of [`2${real.slice(1)}`, real.slice(1), `${real}A`, `${real.slice(0, -1)}!`, '']) {
      expect(parseSignature(text)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        expect(parseSignature(text)).toBeUndefined();
      }),
    );
  });

  test('whatever it says, its numbers are numbers, and it can be compared', () => {
    const digit = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-');
    const length = (signatureOf(sceneOf(4)) ?? '').length - 1;
    const text = fc.string({ unit: digit, minLength: length, maxLength: length }).map((digits) => `1${digits}`);
    fc.assert(
      fc.property(text, text, (one, other) => {
        const parsed = parseSignature(one);
        expect(parsed).toBeDefined();
        for (const series of [parsed?.luma, parsed?.blue, parsed?.red]) {
          expect([...(series ?? [Number.NaN])].every(Number.isFinite)).toBe(true);
        }
        areCopies(one, other);
      }),
      { numRuns: 50 },
    );
  });
});

describe('copies by signature', () => {
  test.each([1, 2, 3, 4, 5, 6])('are found in another size, brightness or contrast, and in grey: scene %i', (seed) => {
    const scene = sceneOf(seed);
    const original = signatureOf(scene);
    expect(areCopies(original, pictureSignature(drawScene(scene, 40, 71)) ?? undefined)).toBe(true);
    const edited = (edit: (value: number) => number): Scene => {
      return (x, y) => scene(x, y).map(edit) as unknown as ReturnType<Scene>;
    };
    expect(areCopies(original, signatureOf(edited((value) => value + 25)))).toBe(true);
    expect(areCopies(original, signatureOf(edited((value) => 0.75 * value + 30)))).toBe(true);
    const grey: Scene = (x, y) => {
      const [red, green, blue] = scene(x, y);
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
      return [luma, luma, luma];
    };
    expect(areCopies(original, signatureOf(grey))).toBe(true);
  });

  test.each([
    ['two hundredths of each side', [0.02, 0.02, 0.98, 0.98]],
    ['eight hundredths from one corner', [0.08, 0.08, 1, 1]],
    ['eight hundredths from the other corner', [0, 0, 0.92, 0.92]],
    ['eight hundredths on one side', [0, 0.08, 1, 1]],
    ['five hundredths on each side', [0.05, 0.05, 0.95, 0.95]],
  ] as const)('are found without %s', (_, part) => {
    const found = Array.from({ length: 20 }, (__, seed) => {
      const scene = sceneOf(seed);
      return areCopies(signatureOf(scene), signatureOf(scene, part));
    });
    expect(found.filter(Boolean).length).toBeGreaterThanOrEqual(16);
  });

  test('other pictures are none, nor mirrored ones, nor ones of other colours', () => {
    const texts = Array.from({ length: 60 }, (_, seed) => signatureOf(sceneOf(seed)));
    const near = finish(openNearSignatures(texts));
    expect([...texts.keys()].flatMap((index) => near.near(index, 0.9, () => true))).toEqual([]);
    const scene = sceneOf(7);
    expect(
      areCopies(
        signatureOf(scene),
        signatureOf((x, y) => scene(1 - x, y)),
      ),
    ).toBe(false);
    const heart = (colour: ReturnType<Scene>): Scene => {
      return (x, y) => (Math.hypot(x - 0.5, 1.3 * (y - 0.45)) < 0.3 + 0.05 * x ? colour : [255, 255, 255]);
    };
    const [red, blue, green, grey] = (
      [
        [248, 49, 47],
        [0, 116, 186],
        [0, 210, 106],
        [155, 155, 155],
      ] as const
    ).map((colour) => signatureOf(heart(colour)));
    expect(areCopies(red, signatureOf(heart([240, 52, 50])))).toBe(true);
    for (const other of [blue, green, grey]) expect(areCopies(red, other)).toBe(false);
    expect(areCopies(blue, green)).toBe(false);
  });

  test('those without a signature are near to none, and only those that are left are looked at', () => {
    const [one, two] = [signatureOf(sceneOf(1)), signatureOf(sceneOf(1), [0.02, 0.02, 1, 1])];
    const near = finish(openNearSignatures([one, undefined, 'nonsense', two, one]));
    expect([0, 1, 2, 3, 4].map(near.has)).toEqual([true, false, false, true, true]);
    expect(near.near(0, 0.98, () => true)).toEqual([3, 4]);
    expect(near.near(0, 0.98, (other) => other !== 3)).toEqual([4]);
    expect(near.near(1, 0.98, () => true)).toEqual([]);
  });
});
