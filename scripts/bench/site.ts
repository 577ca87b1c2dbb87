import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { AfterimageError } from '../../src/engine/errors.ts';
import { BROWSER_ARGS, BROWSER_MISSING, findBrowser } from '../lib/browser.ts';
import { ROOT_FOLDER } from '../lib/folders.ts';
import { buildSite, isCurrent } from '../lib/site.ts';

/** @returns the folder of the present production build */
export async function prepareSite(): Promise<string> {
  const options = { out: join(ROOT_FOLDER, '.cache/site'), base: './', data: false };
  if (!(await isCurrent(options))) await buildSite(options);
  return options.out;
}

/** @throws AfterimageError `usage` where there is no browser */
export function launch(): Promise<Browser> {
  const executablePath = findBrowser();
  if (!executablePath) throw new AfterimageError('usage', BROWSER_MISSING);
  // Without the flag, measureUserAgentSpecificMemory waits for a garbage collection that may take half a minute.
  const args = [...BROWSER_ARGS, '--enable-blink-features=ForceEagerMeasureMemory'];
  return chromium.launch({ executablePath, args });
}

export function originOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}
