import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AVIF_TRANSFERS, GAMUTS, isNearlySrgb, PNG_TRANSFERS, powerCurve, SRGB_COLOUR, toSrgb } from './colour.ts';

const gamuts = fc.constantFrom(...GAMUTS.values());
const transfers = fc.constantFrom(...PNG_TRANSFERS.values(), ...AVIF_TRANSFERS.values(), powerCurve(1.8));

test('sRGB stays as it is, in 8 and in 16 bits', () => {
  const bytes = Uint8Array.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));
  expect(toSrgb(bytes, 255, SRGB_COLOUR)).toEqual(bytes);
  expect(
    toSrgb(
      Uint16Array.from(bytes, (byte) => 257 * byte),
      65_535,
      SRGB_COLOUR,
    ),
  ).toEqual(bytes);
  expect(isNearlySrgb(SRGB_COLOUR)).toBe(true);
});

test('greys stay grey, black stays black, white white, and what is lighter stays lighter', () => {
  fc.assert(
    fc.property(gamuts, transfers, (gamut, transfer) => {
      const greys = Uint8Array.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));
      const shown = toSrgb(greys, 255, { gamut, transfer });
      for (let i = 0; i < shown.length; i += 3) {
        const [red = 0, green = 0, blue = 0] = shown.subarray(i, i + 3);
        expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThanOrEqual(1);
        if (i > 0) expect(red).toBeGreaterThanOrEqual((shown[i - 3] as number) - 1);
      }
      expect([...shown.subarray(0, 3)]).toEqual([0, 0, 0]);
      expect(shown.at(-1)).toBeGreaterThanOrEqual(254);
    }),
  );
});

test('the red of Display P3 is more than sRGB holds, a lesser one is known', () => {
  const gamut = GAMUTS.get(12) ?? SRGB_COLOUR.gamut;
  const shown = toSrgb(Uint8Array.of(255, 0, 0, 203, 59, 49), 255, { ...SRGB_COLOUR, gamut });
  expect([...shown.subarray(0, 3)]).toEqual([255, 0, 0]);
  for (const [i, value] of [220, 40, 40].entries()) expect(Math.abs((shown[3 + i] as number) - value)).toBeLessThan(6); // its bytes are rounded
});
