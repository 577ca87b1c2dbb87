import { existsSync } from 'node:fs';
import { env, getuid } from 'node:process';
import { playwright } from '@vitest/browser-playwright';
import solid from 'vite-plugin-solid';
import { defineConfig } from 'vitest/config';

/** Set by `pnpm test`, which looks harder (scripts/lib/find-browser.ts); else Playwright's own or a system browser. */
const chromium =
  env.AFTERIMAGE_CHROMIUM ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

const launchOptions = {
  ...(chromium === undefined ? {} : { executablePath: chromium }),
  args: [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
    ...(getuid?.() === 0 ? ['--no-sandbox'] : []),
  ],
};

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [solid()],
        test: {
          name: 'node',
          environment: 'node',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['src/**/*.browser.test.ts'],
        },
      },
      {
        plugins: [solid()],
        // Found beforehand: a dependency found while tests run makes the page load anew in the middle of them.
        optimizeDeps: { include: ['fast-check', 'idb', 'comlink'], exclude: ['hnswlib-wasm'] },
        test: {
          name: 'browser',
          include: ['src/**/*.browser.test.ts', 'src/**/*.contract.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/engine/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.d.ts'],
      reporter: ['text', 'html'],
      thresholds: { 'src/engine/**': { lines: 95 } },
    },
  },
});
