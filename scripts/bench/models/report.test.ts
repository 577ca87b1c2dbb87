import { expect, test } from 'vitest';
import { type ModelsReport, toMarkdown } from './report.ts';

const asked = (...painted: number[]) =>
  painted.map((ms) => ({ encode: ms / 2, search: 1, painted: ms, pictures: ms + 10 }));

const report: ModelsReport = {
  machine: {
    date: '2026-11-28',
    browser: 'Chromium 150',
    node: '20',
    cpu: 'CPU',
    cores: 2,
    memoryGiB: 8,
    system: 'linux',
  },
  pictures: 10_000,
  devices: [
    {
      ...{ device: 'wasm', gpu: undefined, cold: { demo: 4000, own: 3000 } },
      asked: { demo: asked(300, 200, 400), own: asked(50, 70, 60) },
      warm: { demo: [3000, 2000, 4000], own: [1000, 1500, 3000] },
    },
  ],
  skipped: ['WebGPU, because this machine has no GPU.'],
};

test('says both ways, their ratio and the aim of each figure', () => {
  const text = toMarkdown(report);
  for (const line of [
    '10000 pictures, 3 queries each',
    '| to encode the query, p50 | 150.0 | 30.0 | 0.20 |  |',
    '| to the paint, p50 | 300.0 | 60.0 | 0.20 | ≤ 60, ratio ≤ 0.25 |',
    '| to the last picture on the screen, p50 | 310.0 | 70.0 | 0.23 |  |',
    '| to the paint, p95 | 400.0 | 70.0 | 0.17 | ≤ 120 |',
    '| to the first result, warm | 3000.0 | 1500.0 | 0.50 | ≤ 6000 |',
    'Not measured: WebGPU, because this machine has no GPU.',
  ]) {
    expect(text).toContain(line);
  }
});
