import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { BROWSER_VARIABLE, findBrowser } from './browser.ts';

vi.mock('@playwright/test', () => ({ chromium: { executablePath: () => '' } }));
afterEach(() => vi.unstubAllEnvs());

async function program(name: string, exitCode: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-browser-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), `#!/bin/sh\nexit ${exitCode}\n`);
  await chmod(join(folder, name), 0o755);
  return folder;
}

test('a stub that only asks to be installed is no browser', async () => {
  const [stub, chrome] = [await program('chromium-browser', 1), await program('google-chrome', 0)];
  vi.stubEnv(BROWSER_VARIABLE, '');
  vi.stubEnv('PATH', [stub, chrome].join(delimiter));
  expect(findBrowser()).toBe(join(chrome, 'google-chrome'));
});
