import { expect, test } from 'vitest';
import { loadCode } from './load-code.browser.ts';

test('code that does not come is a matter of the network, and is asked for again', async () => {
  let isThere = false;
  const load = async () => {
    if (!isThere) throw new TypeError('Failed to fetch dynamically imported module: http://localhost/part.js');
    return { answer: 42 };
  };
  await expect(loadCode(load)).rejects.toMatchObject({ code: 'network' });
  isThere = true;
  await expect(loadCode(load)).resolves.toEqual({ answer: 42 });
});
