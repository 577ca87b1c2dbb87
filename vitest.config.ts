import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { BROWSER_ARGS, findBrowser } from './scripts/checks/browser.ts';
import { ensureKernels } from './scripts/repository/kernels.ts';
import { libheif } from './scripts/vite/vite-libheif.ts';
import { onnxruntime } from './scripts/vite/vite-onnxruntime.ts';
import { solidPages } from './scripts/vite/vite-solid.ts';

const executablePath = findBrowser();
const launchOptions = { args: BROWSER_ARGS, ...(executablePath === undefined ? {} : { executablePath }) };

/** Only what hangs may fail by time, on the slowest machine too. */
const TIMEOUT = 300_000;
/** What `expect.poll` waits for is there sooner or later; its own default is a second. */
const POLL = { poll: { timeout: 120_000 } };
const SETUP = ['./vitest.setup.ts'];

await ensureKernels();

/** `*.test.ts` run in Node, `*.browser.test.ts` in Chromium, `*.contract.test.ts` in both. */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [solidPages()],
        test: {
          name: 'node',
          // Before the browser's, all processors; those share an origin and its storage, and run one after the other.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
          setupFiles: SETUP,
          environment: 'node',
          testTimeout: TIMEOUT,
          hookTimeout: TIMEOUT,
          expect: POLL,
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['src/**/*.browser.test.ts'],
        },
      },
      {
        plugins: [solidPages(), libheif(), onnxruntime()],
        // Named beforehand: a dependency that is met while tests run loads the page anew in the middle of them.
        optimizeDeps: {
          include: [
            '@huggingface/tokenizers',
            '@noble/hashes/sha2.js',
            '@zip.js/zip.js/lib/zip-core-native.js',
            'axe-core',
            'comlink',
            'fast-check',
            'idb',
            'ignore',
            'onnxruntime-web/webgpu',
            'sax',
            'solid-js',
            'solid-js/store',
            'solid-js/web',
            'uplot',
          ],
          exclude: ['hnswlib-wasm'],
        },
        test: {
          name: 'browser',
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          setupFiles: SETUP,
          testTimeout: TIMEOUT,
          hookTimeout: TIMEOUT,
          expect: POLL,
          include: ['src/**/*.browser.test.ts', 'src/**/*.contract.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            connectTimeout: TIMEOUT,
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
      exclude: ['**/*.d.ts', '**/*.test.ts', '**/test*.ts', '**/kernels/assembly/**', '**/*.generated.ts'],
      reporter: ['text', 'html'],
      reportsDirectory: '.cache/coverage',
      thresholds: { 'src/engine/**': { lines: 95 } },
    },
  },
});
