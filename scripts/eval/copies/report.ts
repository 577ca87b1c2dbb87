import type { Measured } from './measure.ts';

const DISTANCES = [2, 4, 6, 8, 10, 12, 14, 16];

/** What a kind of hash does at each distance, as a table. */
export function describeHash(kind: string, { others, copies }: Measured): string {
  const counts = others.get(kind) ?? [];
  const pairs = sum(counts);
  const within = DISTANCES.map((most) => sum(counts.slice(0, most + 1)));
  const rows = [...(copies.get(kind) ?? [])].map(([variant, distances]) => {
    const missed = DISTANCES.map((most) => distances.filter((bits) => bits > most).length / distances.length);
    return [`missed: ${variant}`, ...missed.map((share) => share.toFixed(3))];
  });
  const table = [
    [kind, ...DISTANCES.map((most) => `≤ ${most} bits`)],
    DISTANCES.map(() => '---').concat('---'),
    [`false, of ${pairs.toLocaleString('en')} pairs`, ...within.map((count) => count.toLocaleString('en'))],
    ...rows,
  ];
  return `${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
