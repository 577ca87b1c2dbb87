import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT_FOLDER } from '../repository/folders.ts';

/** How many tests, or steps without tests of their own, passed and failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Every test that failed, or passed only when it ran again, with the first line of its error. */
  readonly named: readonly string[];
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    /** Of a file that failed beside its tests, because it does not load or a hook failed; otherwise empty. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

interface PlaywrightTest {
  readonly projectName: string;
  readonly status: 'skipped' | 'expected' | 'unexpected' | 'flaky';
  /** A run each, the last one counts. */
  readonly results: readonly { readonly error?: { readonly message?: string } }[];
}

interface PlaywrightSuite {
  readonly title: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly { readonly title: string; readonly tests: readonly PlaywrightTest[] }[];
}

interface PlaywrightReport {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
  readonly suites: readonly PlaywrightSuite[];
  /** Of no test: a file that does not load, a server that does not start. */
  readonly errors: readonly { readonly message?: string }[];
}

const FAILED: Counts = { passed: 0, failed: 1, skipped: 0, named: [] };

/** A step that only passes or fails. */
export function countStep(ok: boolean): Counts {
  return ok ? { passed: 1, failed: 0, skipped: 0, named: [] } : FAILED;
}

/** From vitest's JSON report; null, when it wrote none, is one failure. */
export function countVitest(report: unknown): Counts {
  if (report === null) return FAILED;
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = report as VitestReport;
  const named = testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(ROOT_FOLDER, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    return [
      ...(message === '' ? [] : [nameFailure([file], message)]),
      ...failed.map((test) => nameFailure([file, ...test.ancestorTitles, test.title], test.failureMessages[0])),
    ];
  });
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests, named };
}

/** From Playwright's JSON report; null, when it wrote none, is one failure. A flaky test has passed in the end. */
export function countPlaywright(report: unknown): Counts {
  if (report === null) return FAILED;
  const { stats, suites, errors } = report as PlaywrightReport;
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    named: [...errors.map(({ message }) => firstLine(message)), ...suites.flatMap((suite) => nameSuite(suite, []))],
  };
}

function nameSuite({ title, suites = [], specs }: PlaywrightSuite, above: readonly string[]): string[] {
  const path = [...above, title];
  const own = specs.flatMap((spec) => spec.tests.flatMap((test) => nameRuns(test, [...path, spec.title])));
  return [...own, ...suites.flatMap((suite) => nameSuite(suite, path))];
}

function nameRuns({ projectName, status, results }: PlaywrightTest, path: readonly string[]): string[] {
  if (status !== 'unexpected' && status !== 'flaky') return [];
  const error = results.find((result) => result.error)?.error?.message;
  return [`${status === 'flaky' ? 'flaky: ' : ''}[${projectName}] ${nameFailure(path, error)}`];
}

function nameFailure(path: readonly string[], error: string | undefined): string {
  return `${path.join(' > ')}: ${firstLine(error)}`;
}

function firstLine(error = ''): string {
  return stripVTControlCharacters(error).trim().split('\n')[0] || 'no message';
}

/** A line a step with the tests it names, and last the sum as `N passed, N failed`. */
export function summary(results: readonly { title: string; counts: Counts }[]): { lines: string[]; failed: number } {
  const sum = (key: 'passed' | 'failed') => results.reduce((total, { counts }) => total + counts[key], 0);
  const lines = results.flatMap(({ title, counts: { passed, failed, skipped, named } }) => [
    `${failed > 0 ? '✗' : '✓'} ${title}: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    ...named.map((name) => `    ${name}`),
  ]);
  return { lines: [...lines, `${sum('passed')} passed, ${sum('failed')} failed`], failed: sum('failed') };
}
