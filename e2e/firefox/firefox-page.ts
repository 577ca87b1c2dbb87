import { test as base, expect } from '@playwright/test';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { findFirefox } from '../../scripts/checks/firefox.ts';

/** How often the page is looked at while something is waited for. */
const LOOK_MS = 100;
const PATIENCE_MS = 120_000;

/**
 * A page in Firefox, by WebDriver BiDi: Playwright drives only a Firefox of its own. What puppeteer waits for by itself it
 * makes with `Function()`, which the page's policy forbids, so waiting is done here.
 */
export class FirefoxPage {
  readonly page: Page;
  readonly #problems: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.#problems.push(message.text());
    });
    page.on('pageerror', (error) => this.#problems.push(String(error)));
  }

  /** Until `look`, which runs in the page, finds what it looks for. */
  async until(look: (...texts: string[]) => unknown, ...texts: string[]): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await this.page.evaluate(look, ...texts))) {
      if (Date.now() > end) throw new Error(`Not found in ${PATIENCE_MS / 1000} s (${texts.join(', ')}): ${look}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** The element with this role or tag and, in its text or label, this name. */
  async find(selector: string, name: string): Promise<ElementHandle<HTMLElement>> {
    await this.until(hasNamed, selector, name);
    const handle = await this.page.evaluateHandle(findNamed, selector, name);
    const element = handle.asElement();
    if (!element) throw new Error(`${selector} “${name}” is gone.`);
    return element as ElementHandle<HTMLElement>;
  }

  async click(selector: string, name: string): Promise<void> {
    await (await this.find(selector, name)).click();
  }

  /** Titles of the first pictures of the grid. */
  titles(count: number): Promise<string[]> {
    return this.page.evaluate(
      (n) => [...document.querySelectorAll('.cell-title')].slice(0, n).map(({ textContent }) => textContent ?? ''),
      count,
    );
  }

  check(): void {
    expect(this.#problems, 'errors in the page').toEqual([]);
  }
}

/** Both run in the page, so neither may use anything outside of itself. */
function hasNamed(selector = '', name = ''): boolean {
  return [...document.querySelectorAll<HTMLElement>(selector)].some((element) =>
    `${element.ariaLabel ?? ''} ${element.textContent}`.includes(name),
  );
}

function findNamed(selector: string, name: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(selector)].find((element) =>
    `${element.ariaLabel ?? ''} ${element.textContent}`.includes(name),
  );
}

interface Fixtures {
  readonly firefox: Browser;
  readonly app: FirefoxPage;
}

export { expect };

/** Each test has a browser and a profile of its own, and fails on an error in the page. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it that the fixture needs no other.
  firefox: async ({}, use) => {
    const executablePath = findFirefox();
    if (!executablePath) throw new Error('There is no Firefox.');
    const firefox = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
    await use(firefox);
    await firefox.close();
  },
  app: async ({ firefox }, use) => {
    const app = new FirefoxPage(await firefox.newPage());
    await use(app);
    app.check();
  },
});
