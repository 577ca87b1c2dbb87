import { expect, it } from 'vitest';
import { withoutCrossorigin } from './vite-from-disk.ts';

it('takes crossorigin from style sheets only', () => {
  const script = '<script type="module" crossorigin src="./assets/a.js"></script>';
  const html = `${script}\n<link rel="stylesheet" crossorigin href="./assets/a.css">`;
  expect(withoutCrossorigin(html)).toBe(`${script}\n<link rel="stylesheet" href="./assets/a.css">`);
});
