/**
 * How wide the beam of an HNSW search is where nobody says: the least of a few widths that finds ten made-up embeddings of
 * so many with a recall of 0.999, counting hits as near as the tenth (M 16; `pnpm bench vectors --ef`).
 */
export function beamFor(count: number): number {
  if (count <= 20_000) return 48;
  return count <= 200_000 ? 100 : 200;
}
