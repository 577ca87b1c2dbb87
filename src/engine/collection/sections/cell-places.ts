import type { CellsHead } from '../../index/cells/head.ts';
import { type Members, memberBytes, vectorHash } from '../../index/cells/members.ts';
import { codeBytes } from '../../index/codes/code.ts';
import type { CollectionManifest, Part } from '../types.ts';
import { partRows } from '../vectors/vector-blocks.ts';
import type { Block } from './block-table.ts';
import { corrupt, SECTION_HEADER_BYTES } from './section.ts';

/** Where what a collection of cells holds lies in its parts. */
export interface CellPlaces {
  /** The members of a cell. */
  members(cell: number): Block;
  /** The block of vectors with this number. @param members of a cell with a row in it */
  vectors(block: number, members: Members): Block;
}

/** @throws AfterimageError `part-corrupt` where the parts do not hold such cells */
export function placeCells(head: CellsHead, manifest: CollectionManifest): CellPlaces {
  const { rowBytes, rowsPerBlock } = manifest.quantiser;
  const { parts: memberParts, offsets } = placeMembers(head, manifest);
  const places = partRows(manifest, partsOf(manifest, 'vectors')) ?? [];
  return {
    members: (cell) => ({
      first: cell,
      part: memberParts[cell] as number,
      offset: offsets[cell] as number,
      length: lengthOf(head, rowsPerBlock, cell),
      hash: head.hashes[cell] as string,
    }),
    vectors(block, members) {
      const first = block * rowsPerBlock;
      const part = places.findLastIndex((place) => place.first <= first);
      const place = places[part];
      const hash = vectorHash(members, block);
      if (!place || hash === undefined) throw corrupt('members', `they do not say where block ${block} of vectors is.`);
      const rows = Math.min(rowsPerBlock, head.count - first);
      return { first, part, offset: place.start + (first - place.first) * rowBytes, length: rows * rowBytes, hash };
    },
  };
}

/** Cells follow each other, and no cell is divided between two parts: one begins a part where the one before fills it. */
function placeMembers(head: CellsHead, manifest: CollectionManifest) {
  const { rowsPerBlock } = manifest.quantiser;
  const own = partsOf(manifest, 'members');
  const cells = head.rows.length;
  const [parts, offsets] = [new Uint32Array(cells), new Uint32Array(cells)];
  let [part, at] = [0, SECTION_HEADER_BYTES];
  for (let cell = 0; cell < cells; cell++) {
    if (at === own[part]?.bytes) [part, at] = [part + 1, 0];
    parts[cell] = part;
    offsets[cell] = at;
    at += lengthOf(head, rowsPerBlock, cell);
    if (at > (own[part]?.bytes ?? 0)) throw corrupt('members', `there is no cell ${cell}.`);
  }
  if (part !== own.length - 1 || at !== own[part]?.bytes)
    throw corrupt('members', 'there are more of them than cells.');
  return { parts, offsets };
}

function lengthOf({ firsts, rows, code }: CellsHead, rowsPerBlock: number, cell: number): number {
  const [first, count] = [firsts[cell] as number, rows[cell] as number];
  return memberBytes({ first, rows: count, rowsPerBlock, codeBytes: codeBytes(code) });
}

function partsOf({ parts }: CollectionManifest, kind: Part['kind']): readonly Part[] {
  return parts.filter((part) => part.kind === kind);
}
