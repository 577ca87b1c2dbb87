import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from '@playwright/test';
import { AfterimageError } from '../../src/engine/errors.ts';
import { BROWSER_ARGS, BROWSER_MISSING, findBrowser } from '../checks/browser.ts';
import { ROOT_FOLDER } from '../repository/folders.ts';
import { buildSite, isCurrent } from '../site/site.ts';

/** @returns the folder of the present production build */
export async function prepareSite(): Promise<string> {
  const options = { out: join(ROOT_FOLDER, '.cache/site'), base: './', data: false };
  if (!(await isCurrent(options))) await buildSite(options);
  return options.out;
}

/** @throws AfterimageError `usage` where there is no browser */
export function launch(): Promise<Browser> {
  // Without the flag, measureUserAgentSpecificMemory waits for a garbage collection that may take half a minute.
  const args = [...BROWSER_ARGS, '--enable-blink-features=ForceEagerMeasureMemory'];
  return chromium.launch({ executablePath: browserPath(), args });
}

/**
 * The browser of somebody who has never been here, with a profile on disk: unlike private windows, which contexts of
 * `launch` are, it keeps compiled code between visits. Closing it removes the profile.
 * @throws AfterimageError `usage` where there is no browser
 */
export async function launchProfile(): Promise<BrowserContext> {
  const executablePath = browserPath();
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-profile-'));
  const context = await chromium.launchPersistentContext(folder, { executablePath, args: BROWSER_ARGS });
  context.once('close', () => void rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return context;
}

function browserPath(): string {
  const path = findBrowser();
  if (path) return path;
  console.error(BROWSER_MISSING);
  throw new AfterimageError('usage', 'There is no browser to measure with.');
}

export function originOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}
