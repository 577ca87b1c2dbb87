import type { Item } from '../../engine/collection/types.ts';
import type { CopyKind, FoundCopies, KeepReason } from '../../protocol/query-worker.ts';
import { formatBytes, formatCount, formatDate, formatPictures } from '../common/format.ts';

/** What goes without saying after another reason: of more pixels files are larger, and what has its own date is the earliest. */
const IMPLIED: Partial<Record<KeepReason, KeepReason>> = { bytes: 'pixels', earliest: 'taken' };

/** Why the first of a group is the one to keep. */
export function keepText(reasons: readonly KeepReason[], item: Item): string {
  const said = reasons.filter((reason) => !reasons.some((other) => other === IMPLIED[reason]));
  return said.map((reason) => textOf(reason, item)).join('; ');
}

function textOf(reason: KeepReason, { width, height, bytes, date }: Item): string {
  switch (reason) {
    case 'pixels':
      return `largest, ${formatCount(width)} × ${formatCount(height)}`;
    case 'bytes':
      return `largest file, ${formatBytes(bytes)}`;
    case 'taken':
      return 'original date';
    case 'earliest':
      return `earliest${date === null ? '' : `, ${formatDate(date)}`}`;
    case 'alike':
      return 'nothing tells them apart';
  }
}

/** Size and bytes of a picture, as far as they are known. */
export function factsText({ width, height, bytes }: Item): string {
  const size = width > 0 ? `${formatCount(width)} × ${formatCount(height)}` : '';
  return [size, bytes > 0 ? formatBytes(bytes) : ''].filter((text) => text !== '').join(', ');
}

/** What a threshold means. */
export function thresholdText(kind: Exclude<CopyKind, 'exact'>, threshold: number): string {
  if (kind === 'similar') return `a similarity of at least ${threshold.toFixed(2)}`;
  return `a likeness of at least ${(100 * threshold).toFixed(1).replace('.0', '')} %`;
}

const NONE: Readonly<Record<CopyKind, string>> = {
  exact: 'No two pictures have the same content.',
  near: 'No two pictures look the same.',
  similar: 'No two pictures are that similar.',
};

/** What was found, in a sentence. */
export function foundText(kind: CopyKind, { groups, pictures }: FoundCopies): string {
  if (groups.length === 0) return NONE[kind];
  const members = groups.reduce((sum, { ids }) => sum + ids.length, 0);
  const count = `${formatCount(groups.length)} ${groups.length === 1 ? 'group' : 'groups'}`;
  return `${count} of ${formatPictures(members)}, out of ${formatCount(pictures)}.`;
}

/** Which pictures could be compared less well by how they look, or not at all, and why. Empty: all could. */
export function unhashedText({ pictures, unhashed, hashedOnly }: FoundCopies): string {
  if (unhashed > 0 && unhashed === pictures) {
    return 'How these pictures look was not stored when they were indexed, so only their content and what they show can be compared.';
  }
  const not = `${formatPictures(unhashed)} could not be compared: too even, or indexed by an earlier version.`;
  const less =
    hashedOnly === pictures
      ? 'An earlier version indexed these pictures: cropped copies are not all found, and drawings in other colours count as the same.'
      : `${formatPictures(hashedOnly)} came from an earlier version: fewer of their copies are found.`;
  return [unhashed > 0 ? not : '', hashedOnly > 0 ? less : ''].filter((text) => text !== '').join(' ');
}
