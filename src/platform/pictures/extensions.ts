/** Names by which files are taken for pictures in a browser, which decodes what it can of them and says so of the rest. */
import { RAW_EXTENSIONS } from './containers/raw-preview.ts';

const COMMON = [
  'jpg',
  'jpeg',
  'jpe',
  'jfif',
  'png',
  'apng',
  'webp',
  'avif',
  'gif',
  'bmp',
  'svg',
  'tif',
  'tiff',
] as const;
const PHONES = ['heic', 'heif', 'hif'] as const;
const PICTURE = new RegExp(`\\.(?:${[...COMMON, ...PHONES, ...RAW_EXTENSIONS].join('|')})$`, 'i');

export function isPictureName(name: string): boolean {
  return PICTURE.test(name);
}
