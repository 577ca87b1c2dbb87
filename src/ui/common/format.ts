import { ALL, ALL_TITLE, LIBRARY, LIBRARY_TITLE } from '../../engine/collection/types.ts';

/** What a collection is called where only its name is known. */
export function formatCollection(name: string): string {
  if (name === LIBRARY) return LIBRARY_TITLE;
  return name === ALL ? ALL_TITLE : name;
}

/** A whole number: 1594 → `1,594`. Without `Intl`, whose first use takes the page 15 ms while it starts. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1,594 pictures`, `1 picture`. */
export function formatPictures(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'picture' : 'pictures'}`;
}

/** Bytes in decimal units, as file managers show them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[power - 1]}`;
}

/** Milliseconds with two significant places at most. */
export function formatMs(ms: number): string {
  if (ms < 0.05) return '< 0.1 ms';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A share of all, rounded down, so that only the whole is `100 %`: 0.9996 → `99.9 %`. */
export function formatShare(share: number): string {
  return `${Number((Math.floor(share * 1000) / 10).toFixed(1))} %`;
}

/** Cosine with the three places in which results differ. */
export function formatScore(score: number): string {
  return score.toFixed(3);
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** A month and its year, `2024-05`: `May 2024`. */
export function formatMonth(month: string): string {
  return `${MONTHS[Number(month.slice(-2)) - 1]} ${Number(month.slice(0, -3))}`;
}

/** By time zone, the visitor's own where none is named; made when the first date is shown. */
const formats = new Map<string | undefined, Intl.DateTimeFormat>();

/**
 * A date as a person reads it; the text itself where it is none. What is in UTC is of no place, and is shown in the visitor's
 * zone. A time with another zone, or without one, is shown as it was where it was written.
 */
export function formatDate(date: string): string {
  const isMoment = date.endsWith('Z');
  const time = Date.parse(isMoment ? date : `${date.replace(/[+-]\d\d:\d\d$/, '')}Z`);
  return Number.isNaN(time) ? date : formatIn(isMoment ? undefined : 'UTC').format(time);
}

function formatIn(timeZone: string | undefined): Intl.DateTimeFormat {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', ...(timeZone && { timeZone }) });
  formats.set(timeZone, format);
  return format;
}

export function formatDevice(device: 'webgpu' | 'wasm' | 'cpu'): string {
  return device === 'webgpu' ? 'WebGPU' : device === 'wasm' ? 'WebAssembly' : 'CPU';
}
