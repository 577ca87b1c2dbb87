import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT_FOLDER } from '../repository/folders.ts';
import { countPlaywright, countStep, countVitest, summary } from './test-counts.ts';

const VITEST = {
  numPassedTests: 3,
  numFailedTests: 2,
  numPendingTests: 1,
  testResults: [
    {
      name: join(ROOT_FOLDER, 'src/a.test.ts'),
      message: '',
      assertionResults: [
        { ancestorTitles: [], title: 'holds', status: 'passed', failureMessages: [] },
        { ancestorTitles: [], title: 'counts', status: 'failed', failureMessages: ['Error: one\n    at here'] },
        { ancestorTitles: ['a group'], title: 'ends', status: 'failed', failureMessages: ['Error: two'] },
      ],
    },
    { name: join(ROOT_FOLDER, 'src/b.test.ts'), message: 'Cannot find module', assertionResults: [] },
  ],
};

const FAILED_RUN = { error: { message: '\u001b[31mError\u001b[39m: no such thing\n\nCall log:' } };
const test = (projectName: string, status: string, ...results: object[]) => ({ projectName, status, results });
const PLAYWRIGHT = {
  stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 0 },
  errors: [{ message: 'Error: the server does not start\n    at there' }],
  suites: [
    {
      title: 'a.spec.ts',
      specs: [
        { title: 'is well', tests: [test('wasm', 'expected', {})] },
        { title: 'is shaky', tests: [test('wasm', 'expected', {}), test('webgpu', 'flaky', FAILED_RUN, {})] },
      ],
      suites: [{ title: 'a group', specs: [{ title: 'is ill', tests: [test('wasm', 'unexpected', FAILED_RUN)] }] }],
    },
  ],
};

describe('counting', () => {
  it('reads the report of vitest and names what failed', () => {
    expect(countVitest(VITEST)).toEqual({
      passed: 3,
      failed: 2,
      skipped: 1,
      named: [
        'src/a.test.ts > counts: Error: one',
        'src/a.test.ts > a group > ends: Error: two',
        'src/b.test.ts: Cannot find module',
      ],
    });
  });

  it('reads the report of Playwright and names what failed once or for good', () => {
    expect(countPlaywright(PLAYWRIGHT)).toEqual({
      passed: 5,
      failed: 1,
      skipped: 0,
      named: [
        'Error: the server does not start',
        'flaky: [webgpu] a.spec.ts > is shaky: Error: no such thing',
        '[wasm] a.spec.ts > a group > is ill: Error: no such thing',
      ],
    });
  });

  it('takes a missing report and a failed step as one failure', () => {
    for (const counts of [countVitest(null), countPlaywright(null), countStep(false)]) expect(counts.failed).toBe(1);
  });

  it('names tests below their step and ends with the sum', () => {
    const results = [
      { title: 'Types', counts: countStep(true) },
      { title: 'Unit tests', counts: { passed: 10, failed: 1, skipped: 1, named: ['a.test.ts > counts: Error'] } },
    ];
    expect(summary(results)).toEqual({
      lines: [
        '✓ Types: 1 passed, 0 failed',
        '✗ Unit tests: 10 passed, 1 failed, 1 skipped',
        '    a.test.ts > counts: Error',
        '11 passed, 1 failed',
      ],
      failed: 1,
    });
  });
});
