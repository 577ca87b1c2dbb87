/** Degrees of latitude (`NS`) or longitude (`EW`), to a tenth of a metre. Without a direction nobody knows the sign. */
export function signedDegrees(
  [degrees, minutes, seconds]: readonly [number, number, number],
  direction: string,
  directions: 'NS' | 'EW',
): number | undefined {
  const sign = [1, -1][[...directions].indexOf(direction.trim().toUpperCase())];
  const value = degrees + minutes / 60 + seconds / 3600;
  return sign === undefined || !Number.isFinite(value) ? undefined : sign * (Math.round(value * 1e6) / 1e6) + 0;
}
