import type { Stats } from 'node:fs';
import { expect, test } from 'vitest';
import { createIgnored } from './ignored.ts';

const file = { isFile: () => true } as Stats; // what chokidar hands over when it knows
const folder = { isFile: () => false } as Stats;

test('what a build leaves out by its name is not watched, nor is what it writes', () => {
  const ignored = createIgnored(['/p', '/q/#recycle'], '/p/out', { exclude: ['raw/', '*.png'], include: ['@eaDir'] });
  const left = [
    '/p/.x',
    '/p/a/.git/y',
    '/p/#recycle',
    '/p/#recycle/a.jpg',
    '/p/out',
    '/p/out/thumbs',
    '/p/raw',
    '/p/b.png',
  ];
  for (const path of left) expect(ignored(path), path).toBe(true);
  const watched = [
    '/p',
    '/p/a',
    '/p/a/b.jpg',
    '/p/output',
    '/p/@eaDir/x.jpg',
    '/q/#recycle',
    '/q/#recycle/a.jpg',
    '/p/a/out',
  ];
  for (const path of watched) expect(ignored(path), path).toBe(false);
  expect([ignored('/p/raw', file), ignored('/p/raw', folder)]).toEqual([false, true]);
});

test('files that say what is left out are watched', () => {
  const ignored = createIgnored(['/p'], '/out', { exclude: [], include: [] });
  expect(['/p/.nomedia', '/p/a/.afterimageignore', '/p/a/.DS_Store'].map((path) => ignored(path))).toEqual([
    false,
    false,
    true,
  ]);
});

test('of folders in one another, what one of them takes is watched', () => {
  const ignored = createIgnored(['/p', '/p/lost+found'], '/out', { exclude: [], include: [] });
  expect(ignored('/p/lost+found/a.jpg')).toBe(false);
  expect(ignored('/p/lost+found/@eaDir')).toBe(true);
});

test('what is in none of the folders is judged by its name', () => {
  const ignored = createIgnored(['/p'], '/out', { exclude: ['*'], include: [] });
  expect([ignored('/elsewhere/a.jpg'), ignored('/elsewhere/.a')]).toEqual([false, true]);
});
