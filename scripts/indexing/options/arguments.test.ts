import { expect, test } from 'vitest';
import { HELP, parsePictureCommand } from './arguments.ts';

const OUT = ['--out', 'public/collections/x'];

test('patterns of what is left out and taken in are given any number of times, as they are', () => {
  const { options } = parsePictureCommand(['p', ...OUT, '--exclude', 'raw/', '--exclude', '#x', '--include', '@eaDir']);
  expect(options.patterns).toEqual({ exclude: ['raw/', '#x'], include: ['@eaDir'] });
  expect(parsePictureCommand(['p', ...OUT]).options.patterns).toEqual({ exclude: [], include: [] });
});

test.each(['--exclude', '--include'])('%s is for folders, not for vectors', (option) => {
  const vectors = ['--from-npy', 'v', '--model', 'm', ...OUT];
  expect(() => parsePictureCommand([...vectors, option, 'x'])).toThrow(`${option} is for folders of pictures`);
});

test('the help names the ignore file', () => {
  expect(HELP).toContain('.afterimageignore');
});
