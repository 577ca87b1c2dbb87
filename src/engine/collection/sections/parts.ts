import { also, type Check, integer, object, oneOf, sha256Hex, text } from '../../formats/check.ts';
import { additionName } from '../extensions/extensions.ts';
import { DEPENDENCES, isKnown, MAX_PART_BYTES, type Part } from '../types.ts';

/** The file name of a part whose content has this hash. */
export function partPath(kind: string, sha256: string): string {
  return `${kind}-${sha256.slice(0, 16)}.bin`;
}

/** One part, as a manifest lists it. */
export const part: Check<Part> = also(
  object<Omit<Part, 'packed'>>(
    {
      kind: additionName,
      path: text(1, 100),
      sha256: sha256Hex,
      bytes: integer(1, MAX_PART_BYTES),
      dependsOn: oneOf(...DEPENDENCES),
    },
    ['dependsOn'],
  ),
  (one) => {
    if (one.path !== partPath(one.kind, one.sha256)) return 'is not named by its content';
    if (isKnown(one)) return one.dependsOn === undefined ? undefined : `has a dependsOn, which ${one.kind} never have`;
    return one.dependsOn === undefined ? `is of the kind ${one.kind} and has no dependsOn` : undefined;
  },
);

/** What is wrong with parts that are right one by one. */
export function wrongParts(parts: readonly Part[]): string | undefined {
  const first = new Map<string, Part>();
  for (const one of parts) {
    const { dependsOn } = first.get(one.kind) ?? one;
    if (dependsOn !== one.dependsOn) return `has parts of the kind ${one.kind} that depend on different things`;
    first.set(one.kind, one);
  }
  return undefined;
}
