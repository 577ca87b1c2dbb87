import type { IndexSummary } from '../../src/indexing/request.ts';
import { duration } from './progress.ts';

/** The result of a run in a line or two. */
export function describeSummary(summary: IndexSummary): string {
  const { collection, count, embedded, kept, removed, copies, problems, unchanged, bytes, seconds } = summary;
  if (unchanged) return `${collection} is up to date: ${count} pictures (${duration(seconds)}).`;
  const speed = summary.picturesPerSecond === null ? '' : ` at ${summary.picturesPerSecond.toFixed(1)}/s`;
  const parts = [
    `${embedded} embedded${speed}`,
    `${kept} known`,
    ...(copies > 0 ? [`${copies} copies`] : []),
    ...(removed > 0 ? [`${removed} gone`] : []),
    ...(problems.length > 0 ? [`${problems.length} skipped`] : []),
  ];
  const sizes = Object.entries(bytes).map(([kind, size]) => `${kind} ${(size / 1e6).toFixed(1)} MB`);
  return `${collection}: ${count} pictures (${parts.join(', ')}) in ${duration(seconds)}.\n${sizes.join(', ')}.`;
}
