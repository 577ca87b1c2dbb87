import { expect, it } from 'vitest';
import { predictBuild } from './build/build.ts';
import { type Measured, toMarkdown, type VectorsRow } from './report.ts';

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

const nothing: Measured = { rows: [], beams: [], filters: [], live: [], onDemand: [], failures: [] };

it('marks the best of each column, whoever it is, and says who failed', () => {
  const lines = toMarkdown({ machine, ...nothing, rows }).split('\n');
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

it('says how the beam of a graph changes its answers, and what could not be measured', () => {
  const beams = [50, 200].map((efSearch) => ({
    ...set,
    engine: 'hnsw' as const,
    efSearch,
    ...{ queries: 200, p50: efSearch / 100, p95: 3, strict: 0.9, tolerant: 0.95 },
  }));
  const lines = toMarkdown({ machine, ...nothing, beams, failures: ['additions: stopped after 9 s'] }).split('\n');
  expect(lines).toContain('| Afterimage, hnsw, 10,000 × 512, structured | 50 | 0.500 | 3.00 | 0.900 | 0.9500 |');
  expect(lines).toContain('- additions: stopped after 9 s');
});

it('predicts builds from smaller ones', () => {
  expect(predictBuild(0, 1000, 10_000)).toBe(0);
  expect(predictBuild(1000, 1000, 1000)).toBe(1000);
  expect(predictBuild(1000, 1000, 10_000)).toBeCloseTo(11_000);
});
