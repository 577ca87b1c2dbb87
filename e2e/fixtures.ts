import {
  type Browser,
  type BrowserContext,
  test as base,
  expect,
  type Page,
  type Request,
  type Route,
} from '@playwright/test';
import { AppPage } from './app-page.ts';
import { stopSites } from './sites.ts';

export { expect };

/** What no test may see unless it says so: requests to elsewhere, what the policy forbids, errors. */
export class Guard {
  readonly #problems: string[] = [];
  readonly #expected: RegExp[] = [];
  readonly #origins = new Set<string>();

  /** The origin of the app; a test that has a server of its own allows that. */
  allow(origin: string): void {
    this.#origins.add(origin);
  }

  /** From here on, and for what came before, problems that match are what the test is about. */
  expect(...patterns: RegExp[]): void {
    this.#expected.push(...patterns);
  }

  /** Watch all pages and workers of a context. */
  async watch(context: BrowserContext): Promise<void> {
    const report = (problem: string) => this.#problems.push(problem);
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (!['data:', 'blob:'].includes(protocol) && !this.#origins.has(origin)) report(`request to ${request.url()}`);
    });
    context.on('console', (message) => {
      if (message.type() === 'error') report(`console: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => report(`uncaught: ${error.error()}`));
    await context.exposeFunction('reportViolation', (text: string) => report(`policy: ${text}`));
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
        (globalThis as unknown as { reportViolation(text: string): void }).reportViolation(
          `${effectiveDirective} ${blockedURI}`,
        );
      });
    });
  }

  /** Another test begins: what was seen and expected before is no concern of it. */
  restart(): void {
    this.#problems.length = 0;
    this.#expected.length = 0;
  }

  check(): void {
    const unexpected = this.#problems.filter((problem) => !this.#expected.some((pattern) => pattern.test(problem)));
    expect(unexpected, 'requests to elsewhere, violations of the policy and errors').toEqual([]);
  }
}

/** A page that the tests of one worker have in common, with what watches it. */
interface SharedPage {
  readonly page: Page;
  readonly guard: Guard;
}

interface WorkerFixtures {
  readonly shared: () => Promise<SharedPage>;
}

interface Options {
  /**
   * The test goes on with the page of the one before it, because a start costs ten seconds of a processor. What is kept
   * in the browser and in the log is there too: not for a test that is about either, nor one with a clock of its own.
   */
  readonly samePage: boolean;
}

interface Fixtures {
  /** Stops the servers of a test when its pages are closed: until then they fetch what they keep, and may not fail. */
  readonly sites: undefined;
  readonly guard: Guard;
  readonly app: AppPage;
  /** Another page of the same browser profile: a second tab. */
  readonly newTab: () => Promise<AppPage>;
}

/** Every test fails on a request to another origin, on what the policy forbids and on an error. */
export const test = base.extend<Fixtures & Options, WorkerFixtures>({
  samePage: [false, { option: true }],
  shared: [
    async ({ browser }, use) => {
      let opened: Promise<SharedPage> | undefined;
      await use(() => (opened ??= openShared(browser)));
      await (await opened)?.page.context().close();
    },
    { scope: 'worker' },
  ],
  context: async ({ context, samePage, shared }, use) => {
    await use(samePage ? (await shared()).page.context() : context);
  },
  page: async ({ context, samePage, shared }, use) => {
    await use(samePage ? (await shared()).page : await context.newPage());
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it that the fixture needs no other.
  sites: async ({}, use) => {
    await use(undefined);
    await stopSites();
  },
  guard: [
    async ({ sites: _, context, baseURL, samePage, shared }, use) => {
      const guard = samePage ? (await shared()).guard : new Guard();
      guard.allow(new URL(baseURL ?? '').origin);
      if (samePage) guard.restart();
      else await guard.watch(context);
      await use(guard);
      // Before the context closes: what a handler still fetches then is an error of Playwright's, not of the page.
      for (const routed of [context, ...context.pages()]) await routed.unrouteAll({ behavior: 'ignoreErrors' });
      guard.check();
    },
    { auto: true },
  ],
  app: async ({ page, samePage }, use) => use(new AppPage(page, samePage)),
  newTab: async ({ context }, use) => use(async () => new AppPage(await context.newPage())),
});

async function openShared(browser: Browser): Promise<SharedPage> {
  const { baseURL } = test.info().project.use;
  const context = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const guard = new Guard();
  await guard.watch(context);
  return { page: await context.newPage(), guard };
}

/**
 * Run `script` in front of the query worker's own code: how a test makes a device or a worker fail.
 * @param times how many workers, from the first, are so
 */
export async function beforeWorker(page: Page, script: string, times = 1): Promise<void> {
  const handler = async (route: Route) => {
    // The page fetches the script beforehand; a worker fetches it again where requests are intercepted.
    if ('origin' in route.request().headers()) return await route.continue();
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};\n${await response.text()}` });
  };
  // Counted by Playwright: Chromium crashes now and then where a worker ends while its page is still intercepted.
  const counted = times < Number.POSITIVE_INFINITY ? { times: times + 1 } : {};
  await page.route(/\/assets\/query\.worker[^/]*\.js$/, handler, counted);
}

/** Requests for `url`, or those of them that `which` picks, wait until the returned function is called. */
export async function hold(
  page: Page,
  url: RegExp,
  which: (request: Request) => boolean = () => true,
): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(url, async (route) => {
    if (which(route.request())) await released;
    await route.continue();
  });
  return release;
}
