import { expect, type Locator, type Page } from '@playwright/test';

/** One picture of the grid as a screen reader meets it. */
export interface Shown {
  readonly title: string;
  /** Its place, from 1. */
  readonly place: number;
  readonly score: number | null;
}

/** The page as a person uses it: by the names of what is on it. */
export class AppPage {
  readonly page: Page;
  readonly field: Locator;
  readonly status: Locator;
  readonly grid: Locator;
  readonly pictures: Locator;
  readonly headline: Locator;
  readonly detail: Locator;
  readonly statusPanel: Locator;
  readonly notices: Locator;
  readonly #samePage: boolean;

  /** @param samePage the app may be open already, and is then not loaded again */
  constructor(page: Page, samePage = false) {
    this.page = page;
    this.#samePage = samePage;
    this.field = page.getByRole('combobox', { name: 'Describe a picture' });
    this.status = page.getByRole('button', { name: /^Status:/ });
    this.grid = page.getByRole('grid');
    this.pictures = this.grid.getByRole('link');
    this.headline = page.locator('main').getByRole('heading', { level: 2 });
    this.detail = page.locator('dialog.detail');
    this.statusPanel = page.getByRole('dialog', { name: 'Status' });
    // An open dialog shows them itself.
    this.notices = page.locator('dialog .notices, body:not(:has(dialog[open])) .notices');
  }

  /** Open an address and wait until queries are answered. */
  async open(address = './'): Promise<void> {
    if (this.#samePage && this.page.url() !== 'about:blank') await this.#startAnew(address);
    else await this.page.goto(address);
    await this.ready();
  }

  async #startAnew(address: string): Promise<void> {
    await this.page.mouse.move(0, 0);
    await this.go('./');
    await expect(this.grid).toHaveAccessibleName('All pictures');
    await this.page.evaluate(() => {
      (document.activeElement as HTMLElement | null)?.blur();
      scrollTo(0, 0);
    });
    if (address !== './') await this.go(address);
  }

  /** Go to an address within the page, as Back and Forward do: nothing is loaded again. */
  async go(address: string): Promise<void> {
    await this.page.evaluate((address) => {
      history.pushState(null, '', address);
      dispatchEvent(new PopStateEvent('popstate'));
    }, address);
  }

  async ready(): Promise<void> {
    await expect(this.status).toHaveAccessibleName(/^Status: (Ready|Offline ready)$/);
  }

  /** Type a query and wait for its answer. */
  async search(query: string): Promise<void> {
    await this.field.fill(query);
    await this.answered(query);
  }

  /** Type letter by letter, without a pause that would complete a search, however slow the machine. */
  async type(query: string): Promise<void> {
    await this.page.clock.install();
    await this.page.clock.pauseAt(Date.now() + 10_000);
    await this.field.pressSequentially(query);
    await this.page.clock.resume();
  }

  /** Reload once what was rated and judged is in the database. */
  async reload(): Promise<void> {
    await expect(this.page.locator('.search-rating[aria-busy="true"]')).toHaveCount(0);
    await this.page.reload();
  }

  async answered(query: string): Promise<void> {
    await expect(this.headline).toContainText(`“${query}”`);
  }

  /** The picture at a place, from 1. */
  at(place: number): Locator {
    return this.grid.getByRole('link', { name: new RegExp(`, ${place.toLocaleString('en')} of `) });
  }

  /** What the grid holds now, in order. */
  async shown(): Promise<Shown[]> {
    const texts = await this.pictures.evaluateAll((links) => links.map((link) => link.textContent ?? ''));
    return texts.map(parseCell).sort((a, b) => a.place - b.place);
  }

  /** At most 8: so many are on the screen wherever the lines of a search are. */
  async top(count: number): Promise<string[]> {
    await expect(this.at(count)).not.toHaveText(/^,/);
    return (await this.shown()).slice(0, count).map(({ title }) => title);
  }

  /** A line of the status panel, which must be open. */
  fact(name: string): Locator {
    return this.statusPanel.locator('dl > div', { has: this.page.getByText(name, { exact: true }) }).locator('dd');
  }

  async openStatus(): Promise<void> {
    await this.status.click();
    await expect(this.statusPanel).toBeVisible();
  }

  /** The address, too, is that from before: a reload would open the panel again. */
  async closeStatus(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await expect(this.page).not.toHaveURL(/view=status/);
  }
}

function parseCell(text: string): Shown {
  const found =
    /^(.*), ([\d,]+) of [\d,]+(?:, found by name)?(?:, (?:moved|stayed) [^,]+)?(?:, score (-?[\d.]+))?(?:name|[↑↓] \d+)?$/s.exec(
      text.trim(),
    );
  if (!found) throw new Error(`This is not a picture of the grid: "${text}"`);
  const [, title = '', place = '', score] = found;
  return { title, place: Number(place.replaceAll(',', '')), score: score === undefined ? null : Number(score) };
}
