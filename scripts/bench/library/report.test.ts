import { expect, test } from 'vitest';
import { type LibraryReport, toMarkdown } from './report.ts';

const report: LibraryReport = {
  machine: {
    date: '2026-11-28',
    browser: 'Chromium 150',
    node: '20',
    cpu: 'CPU',
    cores: 2,
    memoryGiB: 8,
    system: 'linux',
  },
  devices: [
    {
      device: 'wasm',
      threads: 1,
      rounds: [
        { tab: 40, bare: 50, node: 100 },
        { tab: 60, bare: 60, node: 80 },
        { tab: 50, bare: 50, node: 90 },
      ],
      alone: { pictures: 300, failed: 1, seconds: 6, steps: { read: 900 } },
      queries: { idle: { p50: 2, p95: 10, max: 11 }, busy: { p50: 4, p95: 15, max: 30 } },
      searched: { pictures: 100, failed: 0, seconds: 4, steps: {} },
      growth: { few: 500, most: 5000, after: [100 * 2 ** 20, 110 * 2 ** 20], failed: 0 },
    },
  ],
  start: { pictures: 20_000, first: 2600, later: 1400, demo: 1000 },
  skipped: ['WebGPU, because this machine has no GPU.'],
};

test('says every figure beside its aim, ratios of rounds and not of their medians', () => {
  const text = toMarkdown(report);
  for (const line of [
    '| indexed in the tab | 50.0 pictures/s; 300 pictures, 1 failed |  |',
    '| tab ÷ tower alone | 1.00 | ≥ 0.7 |',
    '| tab ÷ build-index | 0.56 | ≥ 0.5 |',
    '| p95 while indexing ÷ idle | 1.50 | ≤ 3 |',
    '| indexed in the tab while somebody searches | 25.0 pictures/s |  |',
    '| growth | 1.10 | ≤ 1.2 |',
    '| step, of a picture: read | 3.0 ms |  |',
    '| a later visit | 1.40 s | ≤ 2 s |',
    'Not measured: WebGPU, because this machine has no GPU.',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});
