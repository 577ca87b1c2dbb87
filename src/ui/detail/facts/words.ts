import type { Place } from '../../../engine/collection/extensions/facts.ts';
import type { Item } from '../../../engine/collection/types.ts';
import { formatBytes } from '../../common/format.ts';

type Named = Pick<Item, 'name'>;

/** Name of the file without its folders. */
export function fileName({ name }: Named): string {
  return name.slice(name.lastIndexOf('/') + 1) || name;
}

/** The folders that the file is in; empty where it is in none. */
export function folderOf({ name }: Named): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

/** File name extensions whose types have another name. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ jpg: 'JPEG', jpeg: 'JPEG', jpe: 'JPEG', jfif: 'JPEG', tif: 'TIFF', webp: 'WebP', svgz: 'SVG' },
  ...{ dng: 'DNG (raw)', cr2: 'CR2 (raw)', cr3: 'CR3 (raw)', nef: 'NEF (raw)', arw: 'ARW (raw)' },
  ...{ raf: 'RAF (raw)', orf: 'ORF (raw)', rw2: 'RW2 (raw)' },
};

/** What the file's name says that it is: `JPEG`; empty where it says nothing. */
export function typeOf({ name }: Named): string {
  const extension = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1]?.toLowerCase();
  if (extension === undefined) return '';
  return Object.hasOwn(TYPES, extension) ? (TYPES[extension] as string) : extension.toUpperCase();
}

/** What is known of the source's size: nothing where only its vector was given. */
export function sizeFact({ width, height, bytes }: Pick<Item, 'width' | 'height' | 'bytes'>): string {
  const millions = (width * height) / 1e6;
  return [
    ...(width > 0 ? [`${width} × ${height}`] : []),
    ...(millions >= 1 ? [`${millions < 10 ? millions.toFixed(1) : Math.round(millions)} megapixels`] : []),
    ...(bytes > 0 ? [formatBytes(bytes)] : []),
  ].join(', ');
}

/** Degrees to about a metre: `52.52001° N, 13.40495° E`. */
export function formatPlace([latitude, longitude]: Place): string {
  const degrees = (value: number, [positive, negative]: readonly [string, string]) =>
    `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;
  return `${degrees(latitude, ['N', 'S'])}, ${degrees(longitude, ['E', 'W'])}`;
}
