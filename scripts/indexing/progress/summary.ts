import type { MergeSummary } from '../../../src/indexing/merge/merge-collections.ts';
import type { IndexSummary } from '../../../src/indexing/request.ts';
import type { ImportSummary } from '../../../src/indexing/vectors/import-vectors.ts';
import { duration } from './progress.ts';
import { describeTables } from './tables.ts';

/** Extensions that are named at most. */
const MOST_EXTENSIONS = 5;

/** The result of a run in a few lines. */
export function describeSummary(summary: IndexSummary): string {
  return [...describeResult(summary), ...adviceOf(summary), ...describeOthers(summary)].join('\n');
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
  return `, ${duration(milliseconds.graph / 1000)} of it for the ${bytes.codes > 0 ? 'codes' : 'graph'}`;
}

function describeBytes(bytes: IndexSummary['bytes']): string {
  return Object.entries(bytes)
    .filter(([, size]) => size > 0)
    .map(([kind, size]) => `${kind} ${(size / 1e6).toFixed(1)} MB`)
    .join(', ');
}

function describeOthers({ others, otherExtensions }: IndexSummary): string[] {
  if (others === 0) return [];
  const kinds = Object.entries(otherExtensions).map(([extension, count]) => `${count} ${extension || 'without any'}`);
  const more = kinds.length > MOST_EXTENSIONS ? ', …' : '';
  const list = kinds.slice(0, MOST_EXTENSIONS).join(', ');
  return [`${others} other files were left out, because their extension is not that of a picture: ${list}${more}.`];
}
