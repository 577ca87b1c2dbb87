import type { MergeSummary } from '../../../src/indexing/merge/merge-collections.ts';
import type { LeftOut } from '../../../src/indexing/ports.ts';
import type { IndexSummary } from '../../../src/indexing/request.ts';
import type { ImportSummary } from '../../../src/indexing/vectors/import-vectors.ts';
import { printable } from '../../cli/printable.ts';
import { duration } from './progress.ts';
import { describeTables } from './tables.ts';

/** Extensions that are named at most. */
const MOST_EXTENSIONS = 5;
/** Folders or patterns that are named at most in a line. */
const MOST_NAMES = 10;

/** What a line says of how many were left out, by why. */
const LEFT_OUT: readonly (readonly [LeftOut['why'], string, string])[] = [
  ['system', 'folders of systems and photo programs', 'folder of a system or a photo program'],
  ['nomedia', 'folders with a .nomedia', 'folder with a .nomedia'],
  ['exclude', 'files and folders by --exclude', 'file or folder by --exclude'],
  ['file', 'files and folders by ignore files', 'file or folder by an ignore file'],
];

/** The result of a run in a few lines. */
export function describeSummary(summary: IndexSummary): string {
  return [
    ...describeResult(summary),
    ...adviceOf(summary),
    ...describePaired(summary),
    ...describeOthers(summary),
    ...describeLeftOut(summary),
  ].join('\n');
}

function describeResult(summary: IndexSummary): string[] {
  const { collection, count, embedded, kept, removed, copies, problems, unchanged, bytes, seconds } = summary;
  if (unchanged) return [`${collection} is up to date: ${count} pictures (${duration(seconds)}).`];
  const speed = summary.picturesPerSecond === null ? '' : ` at ${summary.picturesPerSecond.toFixed(1)}/s`;
  const parts = [
    `${embedded} embedded${speed}`,
    `${kept} known`,
    ...(copies > 0 ? [`${copies} copies`] : []),
    ...(removed > 0 ? [`${removed} gone`] : []),
    ...(problems.length > 0 ? [`${problems.length} skipped`] : []),
  ];
  return [
    `${collection}: ${count} pictures (${parts.join(', ')}) in ${duration(seconds)}.`,
    `${describeBytes(bytes)}.`,
  ];
}

/** The result of an import in a few lines. */
export function describeImport(summary: ImportSummary): string {
  const { collection, count, dim, copies, normalised, removed, unchanged, bytes, seconds, tables } = summary;
  const more = [...adviceOf(summary), ...(tables ? describeTables(tables) : [])];
  if (unchanged) return [`${collection} is up to date: ${count} vectors (${duration(seconds)}).`, ...more].join('\n');
  const parts = [
    ...(normalised > 0 ? [`${normalised} scaled to unit norm`] : []),
    ...(copies > 0 ? [`${copies} copies`] : []),
    ...(removed > 0 ? [`${removed} gone`] : []),
  ];
  const notes = parts.length > 0 ? ` (${parts.join(', ')})` : '';
  return [
    `${collection}: ${count} vectors of dimension ${dim}${notes} in ${duration(seconds)}${indexTime(summary)}.`,
    `${describeBytes(bytes)}.`,
    ...more,
  ].join('\n');
}

/** The result of a merge in a few lines. */
export function describeMerge(summary: MergeSummary): string {
  const { collection, count, merged, duplicates, copies, removed, unchanged, bytes, seconds } = summary;
  if (unchanged) {
    const current = `${collection} is up to date: ${count} pictures of ${merged} collections (${duration(seconds)}).`;
    return [current, ...adviceOf(summary)].join('\n');
  }
  const parts = [
    `${merged} collections`,
    ...(duplicates > 0 ? [`${duplicates} were in several`] : []),
    ...(copies > 0 ? [`${copies} copies`] : []),
    ...(removed > 0 ? [`${removed} gone`] : []),
  ];
  return [
    `${collection}: ${count} pictures (${parts.join(', ')}) in ${duration(seconds)}${indexTime(summary)}.`,
    `${describeBytes(bytes)}.`,
    ...adviceOf(summary),
  ].join('\n');
}

function adviceOf({ advice }: Pick<IndexSummary, 'advice'>): string[] {
  return advice === null ? [] : [advice];
}

/** What the graph or the codes took; an exact index takes nothing. */
function indexTime({ bytes, milliseconds }: Pick<IndexSummary, 'bytes' | 'milliseconds'>): string {
  if (milliseconds.graph === 0) return '';
  return `, ${duration(milliseconds.graph / 1000)} of it for the ${bytes.cells > 0 ? 'cells' : bytes.codes > 0 ? 'codes' : 'graph'}`;
}

function describeBytes(bytes: IndexSummary['bytes']): string {
  return Object.entries(bytes)
    .filter(([, size]) => size > 0)
    .map(([kind, size]) => `${kind} ${(size / 1e6).toFixed(1)} MB`)
    .join(', ');
}

function describePaired({ paired }: IndexSummary): string[] {
  if (paired === 0) return [];
  return [
    `${paired === 1 ? '1 file belongs' : `${paired} files belong`} to these pictures: RAW files and films of live photos.`,
  ];
}

function describeOthers({ others, otherExtensions }: IndexSummary): string[] {
  if (others === 0) return [];
  const kinds = Object.entries(otherExtensions).map(([extension, count]) => `${count} ${extension || 'without any'}`);
  const more = kinds.length > MOST_EXTENSIONS ? ', …' : '';
  const list = kinds.slice(0, MOST_EXTENSIONS).join(', ');
  return [`${others} other files were left out, because their extension is not that of a picture: ${list}${more}.`];
}

/** A line for each reason, with names and counts. */
function describeLeftOut({ leftOut }: IndexSummary): string[] {
  return LEFT_OUT.flatMap(([why, several, one]) => {
    const those = leftOut.filter((left) => left.why === why);
    const count = those.reduce((sum, left) => sum + left.count, 0);
    if (count === 0) return [];
    const names = those.slice(0, MOST_NAMES).map(({ what, count: n }) => printable(what) + (n > 1 ? ` (${n})` : ''));
    const list = names.join(', ') + (those.length > MOST_NAMES ? ', …' : '');
    const way = why === 'system' || why === 'nomedia' ? ' --include takes one in.' : '';
    return [`${count === 1 ? `1 ${one} was` : `${count} ${several} were`} left out: ${list}.${way}`];
  });
}
