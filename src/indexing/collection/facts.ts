/** What items say of their pictures in extensions of the format: the source of the date, camera, place, other files. */
import { CAMERA, cameraOf, FILES, PLACE, placeOf, withExtension } from '../../engine/collection/extensions/facts.ts';
import { DATE_SOURCE, type Item } from '../../engine/collection/types.ts';
import type { Json } from '../../engine/formats/check.ts';
import type { PictureMetadata, PictureRecord, SourceFile } from '../ports.ts';
import type { IndexRequest } from '../request.ts';

type Facts = Pick<PictureRecord, 'camera' | 'place'>;

/** What is kept of a file's metadata. Places only where they are asked for: they say where people live. */
export function keptFacts({ camera, place }: PictureMetadata, { places }: Pick<IndexRequest, 'places'>): Facts {
  return { camera, ...(places && { place }) };
}

/** What an item says. Null says that its file was looked at and does not say it. */
export function factsOf(item: Pick<Item, 'extensions'>): Facts {
  const { extensions } = item;
  return {
    camera: extensions?.[CAMERA] === null ? null : cameraOf(item),
    place: extensions?.[PLACE] === null ? null : placeOf(item),
  };
}

/** Whether the file has to be looked at, because an earlier version or a run without places did not. */
export function lacksFacts(
  { dateSource, camera, place }: Pick<PictureRecord, 'dateSource'> & Facts,
  { places }: Pick<IndexRequest, 'places'>,
): boolean {
  return dateSource === undefined || camera === undefined || (places && place === undefined);
}

/** The item with what its record and its file say; each as far as other extensions leave room. */
export function withFacts(
  item: Item,
  { dateSource, camera, place }: Pick<PictureRecord, 'dateSource'> & Facts,
  { others }: Pick<SourceFile, 'others'>,
  { places }: Pick<IndexRequest, 'places'>,
): Item {
  return withAll(item, {
    [DATE_SOURCE]: dateSource,
    [CAMERA]: camera,
    [PLACE]: places ? place : undefined,
    [FILES]: others && others.length > 0 ? others : undefined,
  });
}

/** Names of what an item that is made anew says itself, whatever was said before. */
export const OF_FILES: readonly string[] = [DATE_SOURCE, CAMERA, PLACE, FILES];

/** `before` with what `item` says, or does not say, under these names. */
export function withNamed(before: Item, item: Item, names: readonly string[]): Item {
  return withAll(before, Object.fromEntries(names.map((name) => [name, item.extensions?.[name]])));
}

function withAll(item: Item, facts: Readonly<Record<string, Json | undefined>>): Item {
  return Object.entries(facts).reduce((before, [name, value]) => withExtension(before, name, value), item);
}
