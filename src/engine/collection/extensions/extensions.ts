/**
 * What is added to collections by later versions of the format and by others, and skipped by readers that do not know it:
 * members of `extensions` in the manifest and in items, and sections.
 */
import { also, type Check, type Json, json, matching, record } from '../../formats/check.ts';

/** By name. */
export type Extensions = Readonly<Record<string, Json>>;

/** Of a manifest's extensions, and of those of one item, as JSON without spaces in UTF-8. */
export const MAX_MANIFEST_EXTENSION_BYTES = 64 * 1024;
export const MAX_ITEM_EXTENSION_BYTES = 8 * 1024;
const MAX_DEPTH = 32;
const NAME = /^(?=.{1,64}$)[a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*$/;

/**
 * The name of an addition. One with dots begins with a domain of whoever adds it, turned round: `org.example.map`. Those
 * without are the format's own.
 */
export const additionName: Check<string> = matching(NAME, 'a name of at most 64 letters a-z, digits, "-" and "."');

/** Extensions of at most so many bytes. */
export function extensions(maxBytes: number): Check<Extensions> {
  return also(record(additionName, json(MAX_DEPTH)), (value) =>
    extensionBytes(value) > maxBytes ? `has more than ${maxBytes} bytes` : undefined,
  );
}

/** Their length as it is limited. */
export function extensionBytes(value: Extensions): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
