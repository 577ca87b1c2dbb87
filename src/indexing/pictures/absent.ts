/** Known pictures of folders that are not there now, as when a disk is not mounted: it has not lost them. */
import { AfterimageError } from '../../engine/errors.ts';
import type { Known, PreviousState } from '../collection/known.ts';
import type { LastState } from '../collection/last-state.ts';
import type { Listing, SourceFile } from '../ports.ts';
import type { Outcome } from './embed.ts';

/** A picture that is in the collection though its file is not listed. */
type Absent = Extract<Outcome, { readonly picture: unknown }>;

/**
 * Known pictures below folders that could not be listed, or that are empty. Those that cannot be drawn now have their
 * thumbnail alone.
 * @throws AfterimageError `usage` where one would have to be read again, and so would be lost.
 */
export function absentPictures(
  { files, unlisted, empty }: Listing,
  previous: PreviousState | undefined,
  { known, undrawn }: Pick<Known, 'known' | 'undrawn'>,
  existing: ReadonlyMap<string, number>,
): Absent[] {
  const listed = new Set(files.map(({ name }) => name));
  const prefixes = [...unlisted, ...empty];
  const items = previous?.items ?? [];
  return items.flatMap(({ id, name, bytes, date }) => {
    const prefix = prefixes.find((one) => name.startsWith(one));
    if (prefix === undefined || listed.has(name)) return [];
    const picture = known.get(id) ?? undrawn.get(id);
    if (!picture || !existing.has(picture.record.thumbnail?.path ?? '')) throw lost(prefix);
    // Its own date, which only the file had, is known to the second.
    const modified = Date.parse(date ?? '');
    return [{ file: { name, location: '', bytes, modified, stamp: null }, picture, embedded: false }];
  });
}

function lost(prefix: string): AfterimageError {
  return new AfterimageError(
    'usage',
    `${prefix} is empty or cannot be listed, but pictures that are known from it would have to be read again, as with ` +
      '--fresh, another model or finer --vectors. Bring the folder back, or, to remove its pictures, leave it out of the command.',
  );
}

/**
 * Where what is there cannot be read, nobody knows which pictures are of a folder that is not there now.
 * @throws AfterimageError `usage`
 */
export function refuseUnknown({ unlisted, empty }: Listing, { unreadable }: Pick<LastState, 'unreadable'>): void {
  const [prefix] = [...unlisted, ...empty];
  if (unreadable === undefined || prefix === undefined) return;
  throw new AfterimageError(
    'usage',
    `${prefix} is empty or cannot be listed, but the collection that is there has to be built anew, and pictures that it ` +
      `holds from there would be lost. Bring the folder back, leave it out of the command, or, to go without its pictures, ` +
      `delete the collection's folder. (${unreadable})`,
  );
}

/**
 * Those whose content is not found where it was not before: what was moved into another folder is there once. A copy that
 * had been there all along says nothing of the folder that is not there.
 */
export function withoutMoved(
  absent: readonly Absent[],
  found: readonly Outcome[],
  previous: PreviousState | undefined,
): readonly Absent[] {
  if (absent.length === 0) return absent;
  const before = new Map(previous?.items.map(({ name, bytes }) => [name, bytes]));
  const isNew = ({ name, bytes }: SourceFile) => before.get(name) !== bytes;
  const ids = new Set(found.flatMap((one) => ('picture' in one && isNew(one.file) ? [one.picture.record.id] : [])));
  return absent.filter(({ picture }) => !ids.has(picture.record.id));
}

/** A line for each folder that pictures stay from without being there: whoever emptied it has to hear why. */
export function notesOfAbsent({ unlisted, empty }: Listing, stay: readonly Absent[]): string[] {
  const note = (prefix: string, what: string, advice: string) => {
    const count = stay.filter(({ file }) => file.name.startsWith(prefix)).length;
    const pictures = count === 1 ? 'picture known from it stays' : `${count} pictures known from it stay`;
    return count === 0 ? [] : [`${prefix} ${what}. The ${pictures}${advice}.`];
  };
  return [
    ...unlisted.flatMap((prefix) => note(prefix, 'cannot be listed', '')),
    ...empty.flatMap((prefix) =>
      note(
        prefix,
        'is empty now, as when its disk is not there',
        '; to remove what it held, leave the folder out of the command',
      ),
    ),
  ];
}
