import { readFileSync } from 'node:fs';

/** Words for several classes of ImageNet. */
export interface PhotoKind {
  readonly text: string;
  /** Whether the file of this name, which begins with a WordNet id, is of one of its classes. */
  isOf(name: string): boolean;
}

/** The kinds of a file of lines like `bird: n01514668-n01622779 n02002556`: WordNet ids from one to another, in the order of ids. */
export function readKinds(file: URL): PhotoKind[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [text = '', ranges = ''] = line.split(': ');
      const isOf = (name: string) =>
        ranges.split(' ').some((range) => {
          const [from = '', to = from] = range.split('-');
          return name.slice(0, from.length) >= from && name.slice(0, to.length) <= to;
        });
      return { text, isOf };
    });
}
