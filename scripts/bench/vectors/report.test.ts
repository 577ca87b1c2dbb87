import { expect, it } from 'vitest';
import { predictBuild } from './build.ts';
import { withNeeded } from './engines.ts';
import { toMarkdown, type VectorsRow } from './report.ts';

const machine = {
  cpu: 'a processor',
  cores: 2,
  memoryGiB: 8,
  system: 'linux',
  node: 'v20',
  browser: 'Chromium 1',
  date: '2026-11-21',
};
const set = { kind: 'structured', count: 10_000 } as const;
const measured = { buildMs: 1000, wireBytes: 5_000_000, loadMs: 20, memoryBytes: 6e6, queries: 200 };
const rows: VectorsRow[] = [
  { ...set, ...measured, engine: 'hnsw', p50: 0.5, p95: 1, strict: 0.98, tolerant: 0.9999 },
  { ...set, ...measured, engine: 'loop', wireBytes: 20_480_000, p50: 12.3, p95: 15, strict: 1, tolerant: 1 },
  { ...set, engine: 'voy', failure: 'stopped after 600 s' },
];

it('marks the best of each column, whoever it is, and says who failed', () => {
  const lines = toMarkdown({ machine, rows, filters: [], live: [], onDemand: [] }).split('\n');
  expect(lines[0]).toContain('Chromium 1');
  expect(lines).toContain('#### 10,000 × 512, structured');
  const own = lines.find((line) => line.startsWith('| Afterimage, hnsw'));
  expect(own).toContain('| **500** |');
  expect(own).toContain('| **0.500** |');
  expect(own).toContain('| 0.980 |');
  const loop = lines.find((line) => line.startsWith('| JavaScript loop'));
  expect(loop).toContain('| 2,048 |');
  expect(loop).toContain('| **1.000** |');
  expect(loop).toContain('| 25 × |');
  expect(lines).toContain('- voy 0.6.3: stopped after 600 s.');
  expect(lines.some((line) => line.startsWith('| voy'))).toBe(false);
});

it('predicts builds from smaller ones', () => {
  expect(predictBuild(0, 1000, 10_000)).toBe(0);
  expect(predictBuild(1000, 1000, 1000)).toBe(1000);
  expect(predictBuild(1000, 1000, 10_000)).toBeCloseTo(11_000);
});

it('builds first what others are made from', () => {
  expect(withNeeded(['hnsw'])).toEqual(['hnswlib', 'hnsw']);
  expect(withNeeded(['loop', 'edgevec-bq'])).toEqual(['edgevec-bq', 'loop']);
});
