import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { env } from 'node:process';
import { BROWSER_MISSING, BROWSER_VARIABLE, findBrowser, installBrowser } from './checks/browser.ts';
import { FIREFOX_VARIABLE, findFirefox, installFirefox } from './checks/firefox.ts';
import { type Counts, countPlaywright, countStep, countVitest, summary } from './checks/test-counts.ts';
import { parseOnlyOptions, runScript } from './cli/cli.ts';
import { ROOT_FOLDER } from './repository/folders.ts';
import { findPort } from './serve/find-port.ts';

const HELP = `
Usage: pnpm test

Compiles the scan kernels, checks types and style, then runs the unit tests with coverage, builds the demo collection and the site, and runs the
end-to-end tests in a real Chromium and, where there is one, in Firefox. Goes on after a failure; ends with the tests that failed and a line "N passed, N failed".
`;

/** Not `test-results`, which Playwright empties. */
const REPORTS = join(ROOT_FOLDER, '.cache/reports');
const VITEST_REPORT = join(REPORTS, 'vitest.json');
const PLAYWRIGHT_REPORT = join(REPORTS, 'playwright.json');

interface Step {
  readonly title: string;
  /** A command line, with what is in node_modules/.bin at hand. */
  readonly command: string;
  /** Reads what the step's tests came to; without it the step itself is what passes or fails. */
  readonly count?: (report: unknown) => Counts;
  readonly report?: string;
}

async function listSteps(): Promise<Step[]> {
  const { scripts } = JSON.parse(await readFile(join(ROOT_FOLDER, 'package.json'), 'utf8')) as {
    scripts: { typecheck: string; lint: string };
  };
  const vitest = `vitest run --coverage --reporter=default --reporter=json --outputFile.json="${VITEST_REPORT}"`;
  return [
    { title: 'Scan kernels', command: 'tsx scripts/build-kernels.ts' },
    { title: 'Types', command: scripts.typecheck },
    { title: 'Lint and import rules', command: scripts.lint },
    { title: 'Unit tests', command: vitest, count: countVitest, report: VITEST_REPORT },
    { title: 'Demo collection', command: 'tsx scripts/build-demo.ts' },
    { title: 'Site', command: 'tsx scripts/build.ts' },
    {
      title: 'End-to-end tests',
      command: 'playwright test --reporter=list,json',
      count: countPlaywright,
      report: PLAYWRIGHT_REPORT,
    },
  ];
}

await runScript(HELP, async (args) => {
  parseOnlyOptions(args, {});
  const browser = findBrowser() ?? installBrowser();
  if (browser === undefined) {
    console.error(BROWSER_MISSING);
    process.exitCode = 1;
    return;
  }
  console.log(`Browser: ${browser}`);
  const firefox = findFirefox() ?? installFirefox();
  console.log(
    firefox ? `Firefox: ${firefox}` : `No Firefox found: its tests are left out. ${FIREFOX_VARIABLE} names one.`,
  );
  await rm(REPORTS, { recursive: true, force: true });
  await mkdir(REPORTS, { recursive: true });
  const results: { title: string; counts: Counts }[] = [];
  const variables = {
    [BROWSER_VARIABLE]: browser,
    AFTERIMAGE_PORT: String(await findPort(4319, '127.0.0.1')),
    PLAYWRIGHT_JSON_OUTPUT_FILE: PLAYWRIGHT_REPORT,
  };
  for (const step of await listSteps()) results.push({ title: step.title, counts: await runStep(step, variables) });
  const { lines, failed } = summary(results);
  console.log(`\n${lines.join('\n')}`);
  if (failed > 0) process.exitCode = 1;
});

async function runStep({ title, command, count, report }: Step, variables: Record<string, string>): Promise<Counts> {
  console.log(`\n━━ ${title} ${'━'.repeat(Math.max(0, 76 - title.length))}`);
  const ok = (await run(command, variables)) === 0;
  if (!count || !report) return countStep(ok);
  const text = await readFile(report, 'utf8').catch(() => 'null');
  const counts = count(JSON.parse(text));
  // A step may fail without a failed test: coverage too low, a file that does not load, a server that does not start.
  if (ok || counts.failed > 0) return counts;
  return { ...counts, failed: 1, named: counts.named.length > 0 ? counts.named : ['No test failed; see above.'] };
}

function run(command: string, variables: Record<string, string>): Promise<number | null> {
  const child = spawn(command, {
    cwd: ROOT_FOLDER,
    shell: true,
    stdio: 'inherit',
    env: { ...env, ...variables, PATH: [join(ROOT_FOLDER, 'node_modules/.bin'), env.PATH ?? ''].join(delimiter) },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
