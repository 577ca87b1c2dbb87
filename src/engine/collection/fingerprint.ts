import type { Sha256 } from '../ports.ts';
import { join } from './sections/pack.ts';

/** SHA-256 as lower-case hex of bytes that come in pieces. */
type HashPieces = (pieces: Iterable<Uint8Array>) => Promise<string>;

/** Ids of a piece. */
const CHUNK_IDS = 4096;

/** The fingerprint of a collection of these rows. @param model the manifest's `model.sha256` */
export async function fingerprintOf(model: string, ids: Iterable<string>, hash: HashPieces): Promise<string> {
  return (await hash(fingerprintPieces(model, ids))).slice(0, 32);
}

function* fingerprintPieces(model: string, ids: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let lines = [model];
  for (const id of ids) {
    if (lines.length === CHUNK_IDS) {
      yield encoder.encode(`${lines.join('\n')}\n`);
      lines = [];
    }
    lines.push(id);
  }
  yield encoder.encode(lines.join('\n'));
}

/** A hash of pieces that are in memory together. */
export function hashingPieces(sha256: Sha256): HashPieces {
  return (pieces) => {
    const all = Array.from(pieces);
    return sha256(
      join(
        all,
        all.reduce((sum, { length }) => sum + length, 0),
      ),
    );
  };
}
