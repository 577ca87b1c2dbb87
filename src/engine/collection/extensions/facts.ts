/** What items say of their pictures beside their own members. All of it is untrusted. */
import type { Json } from '../../formats/check.ts';
import { type Extensions, extensionBytes, MAX_ITEM_EXTENSION_BYTES } from './extensions.ts';

/** With what a picture was taken: maker and model in one line of text. */
export const CAMERA = 'camera';
/** Where it was taken: a list of latitude and longitude in degrees. */
export const PLACE = 'place';
/** Names of the other files that are the same picture (a RAW file, the film of a live photo), as `name` of the item. */
export const FILES = 'files';
/** Names of all files of its content, where there are several, as `name` of the item, which is the first. Never stored. */
export const COPIES = 'copies';

/** Degrees (WGS 84): north and east are positive. */
export type Place = readonly [latitude: number, longitude: number];

/** Characters of a camera's name; a longer one is none. */
export const MAX_CAMERA_LENGTH = 100;
const MAX_FILES = 20;

interface WithExtensions {
  readonly extensions?: Extensions;
}

/** With what it was taken; undefined where nobody says. */
export function cameraOf({ extensions }: WithExtensions): string | undefined {
  const camera = extensions?.[CAMERA];
  return typeof camera === 'string' && camera !== '' && camera.length <= MAX_CAMERA_LENGTH ? camera : undefined;
}

/** Where it was taken; undefined where nobody says, and for what is no place. */
export function placeOf({ extensions }: WithExtensions): Place | undefined {
  const place = extensions?.[PLACE];
  if (!Array.isArray(place) || place.length !== 2) return undefined;
  const [latitude, longitude] = place;
  return typeof latitude === 'number' && typeof longitude === 'number' ? toPlace(latitude, longitude) : undefined;
}

/** Names of its other files; none where nobody says. */
export function otherFilesOf({ extensions }: WithExtensions): readonly string[] {
  const files = extensions?.[FILES];
  if (!Array.isArray(files)) return [];
  return files.filter((name): name is string => typeof name === 'string' && name !== '').slice(0, MAX_FILES);
}

/** A place on the earth; undefined for other numbers. 0, 0 is where devices are that do not know where they are. */
export function toPlace(latitude: number, longitude: number): Place | undefined {
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && (latitude !== 0 || longitude !== 0);
  return isPlace ? [latitude, longitude] : undefined;
}

/** The item with another extension, or without one where the value is undefined; as it is where there is no room left. */
export function withExtension<T extends WithExtensions>(item: T, name: string, value: Json | undefined): T {
  const { extensions: before = {}, ...rest } = item;
  const { [name]: _, ...others } = before;
  const extensions = value === undefined ? others : { ...others, [name]: value };
  if (Object.keys(extensions).length === 0) return rest as T; // T has only what is optional beside
  return extensionBytes(extensions) > MAX_ITEM_EXTENSION_BYTES ? item : { ...item, extensions };
}

/** Under which names its content is found, where it is under several; none where it is only `name`. */
export function copiesOf({ extensions }: WithExtensions): readonly string[] {
  const names = extensions?.[COPIES];
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string' && name !== '') : [];
}
