import { describe, expect, it } from 'vitest';
import { onlyWhatFits } from './fit.ts';

const SCOPE = 'https://pictures.example/repo/';
const FILES = ['index.html', 'boot.js', 'assets/page-abc.js', 'assets/page-def.css'];
const { cacheWillUpdate } = onlyWhatFits(FILES, SCOPE);

const html = (script: string, style: string, type = 'text/html; charset=utf-8') =>
  new Response(`<script type="module" src="${script}"></script><link rel="stylesheet" href="${style}">`, {
    headers: { 'content-type': type },
  });

/** Whether the answer to a request for `path` is kept. */
async function isKept(path: string, response: Response): Promise<boolean> {
  return (await cacheWillUpdate({ request: new Request(SCOPE + path), response })) === response;
}

describe('the document', () => {
  it.each([
    ['./assets/page-abc.js', './assets/page-def.css'],
    ['/repo/assets/page-abc.js', '/repo/assets/page-def.css'],
    ['assets/page-abc.js?x#y', 'assets/page-def.css'],
  ])('of this version is kept: %s', async (script, style) => {
    expect(await isKept('index.html', html(script, style))).toBe(true);
  });

  it.each([
    ['whose script is of another version', './assets/page-OLD.js', './assets/page-def.css'],
    ['whose styles are of another version', './assets/page-abc.js', './assets/page-OLD.css'],
    ['that is none of ours', 'https://elsewhere.example/a.js', ''],
  ])('%s is not', async (_what, script, style) => {
    expect(await isKept('index.html', html(script, style))).toBe(false);
  });

  it('can be read after it was looked at', async () => {
    const response = html('./assets/page-abc.js', './assets/page-def.css');
    await isKept('index.html', response);
    expect(await response.text()).toContain('page-abc');
  });
});

describe('another file', () => {
  it('is kept', async () => {
    const response = new Response('x', { headers: { 'content-type': 'text/javascript' } });
    expect(await isKept('assets/page-abc.js', response)).toBe(true);
  });

  it('in whose place a page comes is not', async () => {
    expect(await isKept('assets/page-abc.js', html('./assets/page-abc.js', './assets/page-def.css'))).toBe(false);
    expect(await isKept('boot.js', html('', '', 'TEXT/HTML'))).toBe(false);
  });

  it('that is not there is not', async () => {
    expect(await isKept('assets/page-abc.js', new Response('', { status: 404 }))).toBe(false);
  });
});
