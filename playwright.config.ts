import { defineConfig } from '@playwright/test';
import { BROWSER_ARGS, findBrowser, SOFTWARE_WEBGPU_ARGS } from './scripts/checks/browser.ts';
import { findFirefox } from './scripts/checks/firefox.ts';

/** `pnpm test` looks for a free one. */
const PORT = Number(process.env.AFTERIMAGE_PORT ?? 4319);
const FIREFOX = '**/firefox/*.spec.ts';
const executablePath = findBrowser();

function launch(...args: string[]) {
  return { args: [...BROWSER_ARGS, ...args], ...(executablePath ? { executablePath } : {}) };
}

/**
 * The production build, made by `pnpm build`, in a real Chromium. A test runs on wasm; tagged `@webgpu` on WebGPU's
 * software adapter too, tagged `@webgpu-only` there alone. What is in `e2e/firefox` runs in Firefox, where there is one.
 */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: 2,
  // On a busy machine a browser may fail a test by itself; what fails three times is broken.
  retries: process.env.CI ? 2 : 0,
  // Generous, because nothing timed may fail a test: only a page that hangs does.
  timeout: 300_000,
  expect: { timeout: 100_000 },
  reporter: 'list',
  use: { baseURL: `http://localhost:${PORT}/`, screenshot: 'only-on-failure' },
  projects: [
    { name: 'wasm', grepInvert: /@webgpu-only/, testIgnore: FIREFOX, use: { launchOptions: launch() } },
    { name: 'webgpu', grep: /@webgpu/, testIgnore: FIREFOX, use: { launchOptions: launch(...SOFTWARE_WEBGPU_ARGS) } },
    ...(findFirefox() ? [{ name: 'firefox', testMatch: FIREFOX }] : []),
  ],
  webServer: {
    command: `node --import tsx scripts/start.ts --no-build --port ${PORT}`,
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: false,
  },
});
