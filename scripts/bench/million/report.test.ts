import { expect, test } from 'vitest';
import { toMarkdown } from './report.ts';

const machine = {
  cpu: 'Some',
  cores: 2,
  memoryGiB: 8,
  system: 'linux',
  node: 'v20',
  browser: 'Chromium 156',
  date: '2026-11-21',
};

test('says what was measured beside what it may be', () => {
  const none = { longest: null, over50: 0, processor: null };
  const markdown = toMarkdown({
    machine,
    count: 1_000_000,
    imported: { seconds: 200, peakBytes: 1.2e9, bytes: {} },
    visit: {
      wire: { vectors: 516e6, codes: 64e6 },
      first: { ms: 2500, bytes: 80e6, said: 'Pictures are still arriving.' },
      arrivedMs: 9000,
      search: { p50: 11, p95: 20, max: 30 },
      total: { p50: 30, p95: 50, max: 60 },
      memory: { WebAssembly: 600e6, 'workers, JavaScript': 100e6 },
      memoryBeforeScrolling: 650e6,
      resident: undefined,
      tasks: { loading: none, searching: none, scrolling: { longest: 71.6, over50: 2, processor: 12.3 } },
    },
  });
  expect(markdown).toContain('| memory of page and workers | 700.0 MB | 900.0 MB |');
  expect(markdown).toContain('| tasks of the main thread over 50 ms, loading | none | none |');
  expect(markdown).toContain(
    '| tasks of the main thread over 50 ms, scrolling | 2, the longest of 72 ms (at most 12 ms of the processor) | none |',
  );
  expect(markdown).toContain('Loaded: vectors: 516.0 MB; codes: 64.0 MB.');
  expect(markdown).not.toContain('resident');
});
