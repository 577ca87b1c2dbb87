import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env, getuid, platform } from 'node:process';
import { chromium } from '@playwright/test';

/** The variable that names a Chromium to test with; `pnpm test` sets it for what it starts. */
export const BROWSER_VARIABLE = 'AFTERIMAGE_CHROMIUM';

/**
 * Of several such lists Chromium takes the last: so this is Playwright's own, and the two pages with which Chromium
 * prepares its address bar, which cost each new context two seconds of a processor.
 */
const DISABLED_FEATURES = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
];

/** Nothing that a browser does on its own belongs into a test; root (in a container) has no sandbox to use. */
export const BROWSER_ARGS = [
  `--disable-features=${DISABLED_FEATURES.join(',')}`,
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
  ...(getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** WebGPU by SwiftShader: correct, slow, and the same on every machine. */
export const SOFTWARE_WEBGPU_ARGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** What to do where no browser is found and none can be installed. */
export const BROWSER_MISSING = `No Chromium found. Install one of
  Debian        apt-get install chromium
  Ubuntu, other npx playwright install --with-deps chromium
  anywhere      Google Chrome or Microsoft Edge
or name one: ${BROWSER_VARIABLE}=/path/to/chrome pnpm test`;

/** A Chromium to test with: the one named, Playwright's own, or the system's. */
export function findBrowser(): string | undefined {
  const named = env[BROWSER_VARIABLE];
  if (named) return existsSync(named) ? named : undefined;
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const there = [chromium.executablePath(), ...onPath, ...ELSEWHERE].filter((path) => path !== '' && existsSync(path));
  return there.find(answers);
}

/** Ubuntu's `chromium-browser` only says that it wants to be installed as a snap. Windows opens a window when asked. */
function answers(path: string): boolean {
  return platform === 'win32' || spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

/** Install Debian's Chromium, where this process may. @returns its path, or undefined where that is not possible. */
export function installBrowser(): string | undefined {
  if (env[BROWSER_VARIABLE]) return undefined;
  return installDebianPackage('chromium') ? findBrowser() : undefined;
}

/** @returns whether it is there now; false where this process may not install anything, and without a network */
export function installDebianPackage(name: string): boolean {
  if (platform !== 'linux' || getuid?.() !== 0) return false;
  try {
    const apt = (...args: string[]) =>
      execFileSync('apt-get', args, { stdio: 'inherit', env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } });
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', name);
    return true;
  } catch {
    // No apt-get, no network, or no such package: the caller says what to do.
    return false;
  }
}
