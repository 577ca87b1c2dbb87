/** Which parts of a collection the host has compressed besides: an extension of the manifest, named `packed`. */
import { member } from '../../formats/check.ts';
import { type CollectionManifest, MAX_PART_BYTES, type Part } from '../types.ts';

/** The name of the extension: bytes of the part with gzip, by the part's path. The file is called the same, with `.gz`. */
export const PACKED = 'packed';

/** The parts of a collection, with what the manifest says of their compressed form. Untrusted: nonsense is as good as nothing. */
export function packedParts({ parts, extensions }: Pick<CollectionManifest, 'parts' | 'extensions'>): readonly Part[] {
  const said = member(extensions, PACKED);
  if (said === undefined) return parts;
  return parts.map((part) => {
    const bytes = member(said, part.path);
    const isLength = typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes > 0 && bytes <= MAX_PART_BYTES;
    return isLength ? { ...part, packed: { by: 'gzip', bytes } } : part;
  });
}
