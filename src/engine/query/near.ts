import { type Place, toPlace } from '../collection/extensions/facts.ts';

/** A place and how far from it, as `52.52,13.405` or `52.52,13.405,25km`. */
export const NEAR =
  /^-?(?:90|[1-8]?\d(?:\.\d{1,6})?),-?(?:180|(?:1[0-7]\d|[1-9]?\d)(?:\.\d{1,6})?)(?:,(?:0\.\d|[1-9]\d{0,4}(?:\.\d)?)km)?$/;

/** A town and what lies around it. */
export const NEAR_KM = 10;
/** Mean radius of the earth, km (IUGG). */
const EARTH_KM = 6371.0088;

export interface Near {
  readonly place: Place;
  readonly km: number;
}

/** What a value of the filter `near` asks for; undefined where it is none. 0, 0 is no place (`toPlace`). */
export function readNear(value: string): Near | undefined {
  if (!NEAR.test(value)) return undefined;
  const [latitude, longitude, km] = value.split(',').map(Number.parseFloat);
  const place = toPlace(latitude ?? 0, longitude ?? 0);
  return place && { place, km: km ?? NEAR_KM };
}

/** `52.52,13.405`: the value that finds what was taken near a place, about 100 m exact. */
export function writeNear([latitude, longitude]: Place): string {
  const degrees = (value: number) => String(Number(value.toFixed(3)) + 0); // + 0: no "-0"
  return `${degrees(latitude)},${degrees(longitude)}`;
}

/** Along the surface of a sphere (haversine formula), km. */
export function distanceKm([latitudeA, longitudeA]: Place, [latitudeB, longitudeB]: Place): number {
  const radians = Math.PI / 180;
  const half = (degrees: number) => Math.sin((degrees * radians) / 2) ** 2;
  const cosines = Math.cos(latitudeA * radians) * Math.cos(latitudeB * radians);
  const h = half(latitudeB - latitudeA) + cosines * half(longitudeB - longitudeA);
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}
