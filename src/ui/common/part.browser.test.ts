import { createComponent, lazy } from 'solid-js';
import { render } from 'solid-js/web';
import { expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { Part } from './part.tsx';

it('says that its code could not be loaded and what to do, and leaves the rest of the page alone', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const Gone = lazy(() => Promise.reject(new TypeError('Failed to fetch dynamically imported module')));
  const root = document.createElement('main');
  document.body.append(root);
  const dispose = render(
    () => [
      'The rest',
      createComponent(Part, {
        waiting: 'Loading',
        get children() {
          return createComponent(Gone, {});
        },
      }),
    ],
    root,
  );
  await expect.element(page.getByRole('alert')).toHaveTextContent('This part could not be loaded');
  await expect.element(page.getByRole('button', { name: 'Reload' })).toBeVisible();
  expect(root.textContent).toMatch(/^The rest/);
  dispose();
  root.remove();
});
