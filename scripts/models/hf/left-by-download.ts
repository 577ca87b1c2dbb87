/** What downloads leave in place of a model's files: pointers, web pages, halves. */
import { type FileHandle, open } from 'node:fs/promises';

export type FileKind = 'onnx' | 'weights' | 'json' | 'text';

/** As much as tells what a file is; pointers and messages of servers are shorter. */
const HEAD = 2048;
const AGAIN = 'download it again';
/** Of `onnx.proto3`: the field of a ModelProto that holds its graph. */
const GRAPH = 7;
/** A ModelProto has a dozen fields, and one for each metadata entry and function. */
const MAX_FIELDS = 100_000;

/**
 * What a file is in place of what its name says, and what to do: the rest of a sentence that begins with the name.
 * Undefined where nothing speaks against it. Reads the beginnings of its parts only.
 * @throws what opening it throws.
 */
export async function downloadTrouble(path: string, kind: FileKind): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size === 0) return `is empty: ${AGAIN}`;
    const head = await readAt(file, 0, HEAD);
    const text = head.toString('utf8');
    return strangerTo(text, size, kind) ?? (kind === 'onnx' ? await onnxTrouble(file, size) : undefined);
  } finally {
    await file.close();
  }
}

function strangerTo(text: string, size: number, kind: FileKind): string | undefined {
  if (/^version https:\/\/[a-z.-]+\/spec\/v1\n/.test(text)) {
    const bytes = Number(/^size (\d+)$/m.exec(text)?.[1]);
    const of = Number.isFinite(bytes) ? ` (of ${bytes} bytes)` : '';
    return `is a Git LFS pointer, not the file itself${of}: install Git LFS and run git lfs pull`;
  }
  if (/^(?:\.\.\/)*\.?(?:git)?\/?annex\/objects\//.test(text)) {
    return 'is a git-annex pointer, not the file itself: run git annex get';
  }
  if (/^\uFEFF?\s*(?:<!--[^>]*-->\s*)?(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b/i.test(text)) {
    return `is a web page, not the file itself: ${AGAIN}, signed in if its source asks for it`;
  }
  if (/^\uFEFF?\s*<\?xml/i.test(text)) return `is an answer of a server in XML, not the file itself: ${AGAIN}`;
  if (kind === 'onnx' || kind === 'weights') {
    if (size < HEAD && /^[\t\n\r\x20-\x7E]+$/.test(text)) {
      return `is text (“${text.trim().slice(0, 60)}”), not the file itself: ${AGAIN}`;
    }
  }
  return undefined;
}

/** Whether the fields of the ModelProto fill the file, and a graph is among them. */
async function onnxTrouble(file: FileHandle, size: number): Promise<string | undefined> {
  let hasGraph = false;
  let at = 0;
  for (let fields = 0; at < size; fields++) {
    const field = fields < MAX_FIELDS ? fieldAt(await readAt(file, at, 20)) : undefined;
    if (!field) return hasGraph ? cutShort(size) : 'is not an ONNX file';
    hasGraph ||= field.number === GRAPH;
    at += field.bytes;
  }
  if (!hasGraph) return 'is not an ONNX file';
  return at > size ? cutShort(size, at) : undefined;
}

function cutShort(size: number, least?: number): string {
  const missing = least === undefined ? '' : ` of ${least} or more`;
  return `is cut short after ${size} bytes${missing}: ${AGAIN}`;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Number and length, its head included, of the protobuf field at the beginning of `bytes`; undefined where there is none. */
function fieldAt(bytes: Uint8Array): { readonly number: number; readonly bytes: number } | undefined {
  const key = varint(bytes, 0);
  if (!key || key.value < 8) return undefined;
  const number = Math.floor(key.value / 8);
  const type = key.value % 8;
  const value = type === 0 || type === 2 ? varint(bytes, key.end) : undefined;
  if (type === 0) return value && { number, bytes: value.end };
  if (type === 2) return value && { number, bytes: value.end + value.value };
  if (type === 1 || type === 5) return { number, bytes: key.end + (type === 1 ? 8 : 4) };
  return undefined;
}

/** A base-128 number of protobuf; undefined where it does not end. Exact up to 2^53. */
export function varint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) return undefined;
    value += (byte & 127) * 128 ** i;
    if (byte < 128) return { value, end: start + i + 1 };
  }
  return undefined;
}

/** JSON that cannot be read, or is another one's: what it is and what to do; the value where it is an object. */
export function parseModelJson(
  text: string,
): { readonly value: Record<string, unknown> } | { readonly trouble: string } {
  const stranger = strangerTo(text.slice(0, HEAD), text.length, 'json');
  if (text.trim() === '') return { trouble: `is empty: ${AGAIN}` };
  if (stranger !== undefined) return { trouble: stranger };
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { trouble: 'is not a JSON object' };
    const { error } = value as { error?: unknown };
    if (typeof error === 'string' && Object.keys(value).length <= 3) {
      return { trouble: `is an error message of a server (“${error.slice(0, 60)}”), not the file itself: ${AGAIN}` };
    }
    return { value: value as Record<string, unknown> };
  } catch {
    const isCut = text.trimStart().startsWith('{') && !text.trimEnd().endsWith('}');
    return { trouble: isCut ? `is cut short after ${text.length} characters: ${AGAIN}` : 'is not a JSON object' };
  }
}
