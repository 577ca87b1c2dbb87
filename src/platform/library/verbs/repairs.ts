import { dot } from '../../../engine/numeric/embedding.ts';
import type { FoundFile } from '../library-store.ts';

/** How far a stored norm may be from 1: float32 rounding over some thousand dimensions stays far below. */
const TOLERANCE = 1e-3;

/** Whether a stored vector can be searched with. @param dim of the model; undefined where it is not known */
export function isUsable(vector: Float32Array, dim: number | undefined): boolean {
  if (vector.length === 0 || (dim !== undefined && vector.length !== dim)) return false;
  return Math.abs(Math.sqrt(dot(vector, vector)) - 1) <= TOLERANCE; // false for what is not finite, too
}

/** Of a picture's files, one that can be read again without being chosen, now or when its folder is at hand. */
export function readableFile(files: readonly FoundFile[], folders: ReadonlySet<number>): FoundFile | undefined {
  return files.find(({ folder, handle }) => (folder === null ? handle !== undefined : folders.has(folder)));
}

export interface Repairs {
  /** Pictures that went back into the queue. */
  readonly unusable: number;
  /** Pictures whose small copies are made again. */
  readonly remade: number;
  /** Pictures whose small copies are lost, and whose files cannot be read from here. */
  readonly lost: number;
}

/** What was not as it should be, for visitors. What nobody can notice is not said. */
export function sentences({ unusable, remade, lost }: Repairs): string[] {
  const all: readonly [number, string][] = [
    [
      unusable,
      `${pictures(unusable)} could not be searched any more, because stored data were damaged. Their files are read again.`,
    ],
    [remade, `The small copies of ${pictures(remade)} are gone from this browser. They are made again from the files.`],
    [
      lost,
      `The small copies of ${pictures(lost)} are gone from this browser. The pictures can still be found; add their files again to see them.`,
    ],
  ];
  return all.flatMap(([count, sentence]) => (count > 0 ? [sentence] : []));
}

function pictures(count: number): string {
  return count === 1 ? '1 picture' : `${count.toLocaleString('en')} pictures`;
}
