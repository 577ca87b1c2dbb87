import { forEachLimited } from '../../async/limiter.ts';
import { AfterimageError } from '../../errors.ts';
import type { ByteSource, ReadOptions } from '../../ports.ts';
import type { Part, PartKind } from '../types.ts';
import { corrupt } from './section.ts';

/** Parts read at a time: browsers open six connections to a host over HTTP/1.1, and pictures need some of them. */
const CONCURRENT_READS = 4;

/** All parts of a kind as one array of bytes. @throws AfterimageError `collection-too-large`, and as `eachPart` */
export async function readSection(
  source: ByteSource,
  kind: PartKind,
  parts: readonly Part[],
  options: ReadOptions,
): Promise<Uint8Array> {
  let section = new Uint8Array(0);
  if (parts.length > 1) section = allocate(parts.reduce((sum, part) => sum + part.bytes, 0));
  const offsets = startOffsets(parts);
  await eachPart(source, kind, parts, options, (bytes, index) => {
    if (parts.length === 1) section = bytes as Uint8Array<ArrayBuffer>;
    else section.set(bytes, offsets[index]);
  });
  return section;
}

export interface PartOrder {
  /** The first one before the others, which cannot be understood without it. */
  readonly firstAlone?: boolean;
  /** Whether a part is of no use any more; asked before it is read. */
  readonly skip?: (index: number) => boolean;
}

/**
 * All parts of a kind, four at a time, handed to `take` as they come; after a failure none is begun.
 * @throws AfterimageError `part-corrupt` for a part of another length; what the source and `take` throw.
 */
export async function eachPart(
  source: ByteSource,
  kind: PartKind,
  parts: readonly Part[],
  { signal, onProgress }: ReadOptions,
  take: (bytes: Uint8Array, index: number) => void,
  { firstAlone = false, skip = () => false }: PartOrder = {},
): Promise<void> {
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  const loaded = new Float64Array(parts.length);
  const progress = (index: number, bytes: number) => {
    loaded[index] = bytes;
    onProgress?.(
      loaded.reduce((sum, one) => sum + one, 0),
      total,
    );
  };
  const readPart = async (part: Part, index: number) => {
    if (skip(index)) return progress(index, part.bytes);
    const onPart = (bytes: number) => progress(index, Math.min(bytes, part.bytes));
    const bytes = await source.read(part.path, part, { ...(signal && { signal }), onProgress: onPart });
    if (bytes.length !== part.bytes) throw corrupt(kind, `${part.path} is ${bytes.length} bytes, not ${part.bytes}.`);
    take(bytes, index);
  };
  const numbered = [...parts.entries()];
  if (firstAlone) for (const [index, part] of numbered.splice(0, 1)) await readPart(part, index);
  await forEachLimited(numbered, CONCURRENT_READS, ([index, part]) => readPart(part, index));
}

function startOffsets(parts: readonly Part[]): number[] {
  let offset = 0;
  return parts.map(({ bytes }) => {
    offset += bytes;
    return offset - bytes;
  });
}

function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw tooLarge(bytes);
  }
}

export function tooLarge(bytes: number): AfterimageError {
  return new AfterimageError(
    'collection-too-large',
    `There is not enough memory here for ${Math.ceil(bytes / 2 ** 20)} MiB of this collection.`,
  );
}
