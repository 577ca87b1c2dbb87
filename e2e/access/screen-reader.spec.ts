import { expect, test } from '../fixtures.ts';

test('the results are announced, once the typing pauses', async ({ app, page }) => {
  await app.open();
  const announced = page.getByRole('status').filter({ hasText: /, of 1,594 pictures\./ });
  await app.field.pressSequentially('guitar');
  await expect(announced).toHaveText(/^Results for “guitar”: Sure of \d+(, less sure of \d+)?, of 1,594 pictures\.$/);
  await app.field.fill('tax declaration');
  await expect(announced).toHaveText(
    'Results for “tax declaration”: Not sure of any: the closest come first, of 1,594 pictures. Try other words, or one of the examples.',
  );
});

test.describe('on a page that is open', () => {
  test.use({ samePage: true });

  test('the page is told by names, roles and structure', async ({ app, page }) => {
    await app.open('./?q=guitar');
    await app.answered('guitar');
    await app.top(5);
    await expect(page.locator('body')).toMatchAriaSnapshot(`
    - link "To the pictures"
    - banner:
      - link "Afterimage"
      - navigation "Views":
        - button /Status. (Ready|Offline ready)/
        - link "Search log"
        - link "About and licences"
        - button /Theme. as the system/
    - main:
      - heading "Describe a picture, find it." [level=1]
      - search:
        - combobox "Describe a picture": guitar
        - button "Clear"
      - button "Names"
      - button "What can be typed"
      - heading "Results for “guitar”" [level=2]
      - group "Rate this search":
        - radio "1, nothing fits"
        - radio "10, all fit"
      - grid "Results":
        - row:
          - gridcell "Sure"
        - row:
          - gridcell /guitar , 1 of 1,594 , score 0\\.\\d+/:
            - link /guitar , 1 of 1,594 , score 0\\.\\d+/
  `);
  });

  test('the grid tells how large it is and where one is, though few cells exist', async ({ app, page }) => {
    await app.open('./?q=guitar');
    await app.answered('guitar');
    await app.at(1).focus();
    await page.keyboard.press('Control+End');
    await expect(app.at(1594)).toBeFocused();
    const grid = await app.grid.evaluate((element) => {
      const number = (of: Element | null | undefined, name: string) => Number(of?.getAttribute(name));
      const cell = document.activeElement?.closest('[role=gridcell]');
      const rows = [...element.querySelectorAll('[role=row]')];
      return {
        rows: number(element, 'aria-rowcount'),
        columns: number(element, 'aria-colcount'),
        row: number(cell?.closest('[role=row]'), 'aria-rowindex'),
        column: number(cell, 'aria-colindex'),
        rendered: rows.length,
        order: rows.map((row) => number(row, 'aria-rowindex')),
      };
    });
    expect(grid.row).toBe(grid.rows);
    expect(grid.rendered).toBeLessThan(30);
    // Pictures that fill whole rows, one row that is a line, and two that may be cut short by it.
    expect((grid.rows - 4) * grid.columns).toBeLessThanOrEqual(1594);
    expect((grid.rows - 1) * grid.columns).toBeGreaterThanOrEqual(1594);
    expect(grid.column).toBeLessThanOrEqual(grid.columns);
    expect(grid.order).toEqual([...grid.order].sort((a, b) => a - b));
  });

  test('an error is announced, and so is a picture by its name', async ({ app, page }) => {
    await app.open('./?q=guitar');
    await app.answered('guitar');
    await app.at(1).click();
    await expect(page.getByRole('dialog', { name: 'guitar', exact: true })).toMatchAriaSnapshot(`
    - dialog "guitar":
      - img "guitar"
      - button "Previous picture" [disabled]
      - button "Next picture"
      - complementary:
        - button "Close"
        - heading "guitar" [level=2]
        - button /Good match. guitar/
        - button /Bad match. guitar/
  `);
  });
});
