/** Known pictures that cannot be looked at now, as when a disk is not mounted: the collection has not lost them. */

import { type Item, otherFilesOf } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { Known, PreviousState } from '../collection/known.ts';
import type { LastState } from '../collection/last-state.ts';
import type { Listing, PictureSource, Problem, SourceFile } from '../ports.ts';
import type { Outcome } from './embed.ts';

/** A file that is in the collection. */
export type Found = Extract<Outcome, { readonly picture: unknown }>;
/** One that is in it though its file is not listed, or cannot be read. */
type Absent = Found;

type KnownPictures = Pick<Known, 'known' | 'undrawn'>;

/**
 * Known pictures below folders that could not be listed, or that are empty, without those that are left out now. Those that
 * cannot be drawn now have their thumbnail alone.
 * @throws AfterimageError `usage` where one would have to be read again, and so would be lost.
 */
export function absentPictures(
  { files, unlisted, empty, unread }: Listing,
  previous: PreviousState | undefined,
  known: KnownPictures,
  existing: ReadonlyMap<string, number>,
  { isLeftOut }: Pick<PictureSource, 'isLeftOut'>,
): Absent[] {
  const listed = new Set([...files, ...unread].map(({ name }) => name));
  const prefixes = [...unlisted, ...empty];
  const items = previous?.items ?? [];
  return items.flatMap((item) => {
    const prefix = prefixes.find((one) => item.name.startsWith(one));
    if (prefix === undefined || listed.has(item.name) || isLeftOut(item.name)) return [];
    const picture = stayOf(item, known, existing);
    if (picture === undefined) throw lost(prefix);
    return [picture];
  });
}

/** The item as it was; undefined where it would have to be read again. */
function stayOf(
  { id, name, bytes, date, ...item }: Item,
  { known, undrawn }: KnownPictures,
  existing: ReadonlyMap<string, number>,
): Absent | undefined {
  const picture = known.get(id) ?? undrawn.get(id);
  if (!picture || !existing.has(picture.record.thumbnail?.path ?? '')) return undefined;
  // Its own date, which only the file had, is known to the second.
  const modified = Date.parse(date ?? '');
  return {
    file: { name, location: '', bytes, modified, stamp: null, others: otherFilesOf(item) },
    picture,
    embedded: false,
  };
}

/** What a run comes to: what is in the collection, and what is not. */
export interface Settled {
  readonly pictures: readonly Found[];
  readonly problems: readonly Problem[];
  /** Why pictures could not be looked at that stay as they were. */
  readonly unread: readonly Problem[];
}

/** Of what could not be looked at now, that stays which was known under the same name. */
export function settle(
  listing: Listing,
  outcomes: readonly Outcome[],
  previous: PreviousState | undefined,
  known: KnownPictures,
  existing: ReadonlyMap<string, number>,
): Settled {
  const pictures: Found[] = outcomes.filter((one) => 'picture' in one);
  const failed = outcomes.filter((one) => 'reason' in one);
  const failures = (isUnread: boolean) =>
    failed.filter(({ unread = false }) => unread === isUnread).map(({ file, reason }) => ({ name: file.name, reason }));
  const couldNot = [...listing.unread, ...failures(true)];
  const items = new Map(couldNot.length > 0 ? previous?.items.map((item) => [item.name, item]) : []);
  const problems = [...listing.problems, ...failures(false)];
  const unread: Problem[] = [];
  for (const problem of couldNot) {
    const item = items.get(problem.name);
    const picture = item && stayOf(item, known, existing);
    if (picture) pictures.push(picture);
    (picture ? unread : problems).push(problem);
  }
  return { pictures, problems, unread };
}

function lost(prefix: string): AfterimageError {
  return new AfterimageError(
    'usage',
    `${prefix} is empty or cannot be listed, but pictures that are known from it would have to be read again, as with ` +
      '--fresh, another model or finer --vectors. Bring the folder back, or, to remove its pictures, --exclude it or leave it out of the command.',
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
      `holds from there would be lost. Bring the folder back, --exclude it or leave it out of the command, or, to go without its pictures, ` +
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

/** Names in a line for each reason. */
const MAX_NAMES = 5;

/** A line for each reason for which pictures could not be read that stay as they were. */
export function notesOfUnread(reasons: readonly Problem[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, reason } of reasons) {
    const same = names.get(reason);
    if (same) same.push(name);
    else names.set(reason, [name]);
  }
  return [...names].map(([reason, all]) => {
    const shown = all.slice(0, MAX_NAMES).join(', ');
    const more = all.length > MAX_NAMES ? ` and ${all.length - MAX_NAMES} more` : '';
    return `${reason} As ${all.length === 1 ? 'it was, it stays' : 'they were, they stay'}: ${shown}${more}`;
  });
}
