import { expect, test } from 'vitest';
import { type Extensions, MAX_ITEM_EXTENSION_BYTES } from './extensions.ts';
import { CAMERA, cameraOf, FILES, otherFilesOf, PLACE, placeOf, toPlace, withExtension } from './facts.ts';

test('what cannot be is not there', () => {
  for (const value of ['', 'x'.repeat(101), 1, null, ['Canon']])
    expect(cameraOf({ extensions: { camera: value } })).toBeUndefined();
  for (const value of ['1,2', [1], [1, 2, 3], ['1', 2], [91, 0], [0, 181], [0, 0], null])
    expect(placeOf({ extensions: { place: value } })).toBeUndefined();
  for (const value of ['a', 1, null, [1], ['']]) expect(otherFilesOf({ extensions: { files: value } })).toEqual([]);
  expect([cameraOf({}), placeOf({}), otherFilesOf({})]).toEqual([undefined, undefined, []]);
  for (const one of [Number.NaN, Number.POSITIVE_INFINITY]) expect(toPlace(one, 1) ?? toPlace(1, one)).toBeUndefined();
});

test('what is written is read', () => {
  const item = [
    [CAMERA, 'Canon EOS 80D'],
    [PLACE, [-90, 180]],
    [FILES, ['a/1.dng']],
  ].reduce((before, [name, value]) => withExtension(before, name as string, value as string), {
    extensions: { other: 1 },
  });
  expect(cameraOf(item)).toBe('Canon EOS 80D');
  expect(placeOf(item)).toEqual([-90, 180]);
  expect(otherFilesOf(item)).toEqual(['a/1.dng']);
  expect(item.extensions.other).toBe(1);
});

test('an extension is taken away, with all where it was the only one; none is put where there is no room', () => {
  expect(withExtension({ extensions: { camera: 'a', b: 1 } }, CAMERA, undefined)).toEqual({ extensions: { b: 1 } });
  const named: { id: number; extensions?: Extensions } = { id: 1, extensions: { camera: 'a' } };
  expect(withExtension(named, CAMERA, undefined)).toEqual({ id: 1 });
  expect(withExtension<typeof named>({ id: 1 }, CAMERA, undefined)).toEqual({ id: 1 });
  const full = { extensions: { other: 'x'.repeat(MAX_ITEM_EXTENSION_BYTES - 20) } };
  expect(withExtension(full, CAMERA, 'Canon EOS 80D')).toEqual(full);
});
