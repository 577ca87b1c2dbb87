import type { Locator } from '@playwright/test';
import type { AppPage } from '../app-page.ts';

/** A line in the grid, by what it says of the pictures below it. */
export function line({ grid }: AppPage, name: string): Locator {
  return grid.getByRole('gridcell', { name, exact: true });
}
