import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env } from 'node:process';
import { installDebianPackage } from './browser.ts';

/** The variable that names a Firefox to test with. */
export const FIREFOX_VARIABLE = 'AFTERIMAGE_FIREFOX';

const NAMES = ['firefox', 'firefox-esr'];
const ELSEWHERE = [
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

/** A Firefox to test with: the one named, or the system's. Playwright's own is another program: it is not looked for. */
export function findFirefox(): string | undefined {
  const named = env[FIREFOX_VARIABLE];
  if (named) return existsSync(named) ? named : undefined;
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...ELSEWHERE].find((path) => existsSync(path));
}

/** Install Debian's Firefox, where this process may. @returns its path, or undefined where that is not possible. */
export function installFirefox(): string | undefined {
  if (env[FIREFOX_VARIABLE]) return undefined;
  return installDebianPackage('firefox-esr') ? findFirefox() : undefined;
}
