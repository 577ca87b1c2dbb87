import type { Chance } from './chance.ts';

const PLAIN = ['IMG_', 'DSC', 'photo-', 'scan '];
/** All of them may be names on Linux and macOS. */
const ODD = [
  ...[
    'a b',
    ' leading',
    '-rf',
    '--help',
    "it's",
    '"quoted"',
    '100%',
    '50%25',
    'c#',
    '#1',
    'a&b=c',
    'a+b',
    'a;b',
    '$HOME',
  ],
  ...[
    '[x]',
    '{y}',
    '(z)',
    'a*b',
    'what?',
    'a\\b',
    'a|b',
    '<b>',
    'a:b',
    '~',
    '@2x',
    '!',
    'con',
    'a..b',
    'x.jpg.',
    'é',
    'e\u0301',
  ],
  ...[
    'Größe',
    '写真',
    'صورة',
    '\u202egnp',
    '🐈',
    '👩‍👩‍👧',
    '\ufeffbom',
    'a\u00adb',
    'tab\there',
    'line\nbreak',
    '\u0001',
    'usage: x',
  ],
  ...['null', 'undefined', '__proto__', 'constructor', '0', 'e\u200bf', 'İ', 'ß', 'n'.repeat(180), '漢'.repeat(60)],
];
const FOLDERS = [
  ...[
    '',
    '',
    '',
    '2019',
    '2019/summer holiday',
    "it's here",
    '100% #1',
    '写真/猫',
    'a\\b',
    '[x]',
    'deep/er/and/deep/er',
  ],
  ...['e\u0301', '-', 'UPPER', 'x.jpg', 'constructor', '__proto__', 'line\nbreak'],
];

/** A name that no other number gets. */
export function createName(chance: Chance, number: number, extension: string): string {
  const folder = chance.pick(FOLDERS);
  const stem = chance.happens(0.4) ? chance.pick(ODD) : chance.pick(PLAIN);
  const ending = chance.happens(0.15) ? extension.toUpperCase() : extension;
  return `${folder === '' ? '' : `${folder}/`}${stem}${number}.${ending}`;
}

const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  jpg: ['jpg', 'jpg', 'jpeg', 'jpe', 'jfif'],
  tif: ['tif', 'tiff'],
};
export const PICTURE_EXTENSIONS = [
  'jpg',
  'png',
  'webp',
  'avif',
  'gif',
  'tif',
  'svg',
  'heic',
  'dng',
  'nef',
  'cr3',
  'raf',
];
export const OTHER_EXTENSIONS = ['txt', 'mov', 'json', 'docx', 'db', 'jpg~'];

export function spelled(chance: Chance, extension: string): string {
  return chance.pick(SPELLINGS[extension] ?? [extension]);
}
