/** ISO 8601 in UTC, in whole seconds: `2026-11-21T16:55:04Z`. @throws RangeError for a date that is none */
export function wholeSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
