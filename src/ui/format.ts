const numbers = new Intl.NumberFormat('en');
const dates = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** 1594 → `1,594`. */
export function formatCount(count: number): string {
  return numbers.format(count);
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

/** Cosine with the three places in which results differ. */
export function formatScore(score: number): string {
  return score.toFixed(3);
}

/** A date as a person reads it; the text itself where it is none. */
export function formatDate(date: string): string {
  const time = Date.parse(date);
  return Number.isNaN(time) ? date : dates.format(time);
}

export function formatDevice(device: 'webgpu' | 'wasm' | 'cpu'): string {
  return device === 'webgpu' ? 'WebGPU' : device === 'wasm' ? 'WebAssembly' : 'CPU';
}
