/** How many tests, or steps without tests of their own, passed and failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };

/** A step that only passes or fails. */
export function countStep(ok: boolean): Counts {
  return ok ? { passed: 1, failed: 0, skipped: 0 } : FAILED;
}

/** From vitest's JSON report; null, when it wrote none, is one failure. */
export function countVitest(report: unknown): Counts {
  const stats = report as { numPassedTests?: number; numFailedTests?: number; numPendingTests?: number } | null;
  if (typeof stats?.numPassedTests !== 'number') return FAILED;
  return { passed: stats.numPassedTests, failed: stats.numFailedTests ?? 0, skipped: stats.numPendingTests ?? 0 };
}

/** From Playwright's JSON report; null, when it wrote none, is one failure. A flaky test has passed in the end. */
export function countPlaywright(report: unknown): Counts {
  const { stats } = (report ?? {}) as {
    stats?: { expected: number; unexpected: number; flaky: number; skipped: number };
  };
  if (!stats) return FAILED;
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
}

/** A line a step, and last the sum as `N passed, N failed`. */
export function summary(results: readonly { title: string; counts: Counts }[]): { lines: string[]; failed: number } {
  const sum = (key: keyof Counts) => results.reduce((total, { counts }) => total + counts[key], 0);
  const lines = results.map(({ title, counts }) => {
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    return `${counts.failed > 0 ? '✗' : '✓'} ${title}: ${counts.passed} passed, ${counts.failed} failed${skipped}`;
  });
  return { lines: [...lines, `${sum('passed')} passed, ${sum('failed')} failed`], failed: sum('failed') };
}
