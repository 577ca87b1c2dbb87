/** Fields of protobuf messages, as bytes. What is not asked for is never decoded: towers have hundreds of megabytes. */
import { varint } from './left-by-download.ts';

/** Thrown for bytes that are no ONNX graph. */
export class NotOnnx extends Error {}

export interface Field {
  readonly number: number;
  /** Of the whole field in its message. */
  readonly start: number;
  readonly end: number;
  /** Of one that has a length; else undefined. */
  readonly body: Uint8Array | undefined;
  /** Of a number. */
  readonly value: number | undefined;
}

/** The fields of a message, in order. @throws NotOnnx where they do not fill it. */
export function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const key = number(bytes, at);
    const type = key.value % 8;
    const value = type === 0 || type === 2 ? number(bytes, key.end) : undefined;
    if (type === 2 && value) at = value.end + value.value;
    else if (value) at = value.end;
    else if (type === 1 || type === 5) at = key.end + (type === 1 ? 8 : 4);
    else throw new NotOnnx(`a field of type ${type}`);
    if (at > bytes.length) throw new NotOnnx('a field is longer than its message');
    const body = type === 2 && value ? bytes.subarray(value.end, at) : undefined;
    fields.push({
      number: Math.floor(key.value / 8),
      start,
      end: at,
      body,
      value: type === 0 ? value?.value : undefined,
    });
  }
  return fields;
}

export function number(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  const found = varint(bytes, at);
  if (found) return found;
  throw new NotOnnx('a number does not end');
}

/** Key and length of a field that has one. */
export function head(field: number, length: number): Uint8Array {
  const bytes: number[] = [];
  for (const value of [field * 8 + 2, length]) {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}
