import { expect, test } from 'vitest';
import { pnpmCommands } from './pnpm-commands.ts';

const read = (shell: string) => pnpmCommands(shell).map(({ name, args }) => [name, ...args]);

test.each<[string, string[][]]>([
  ['pnpm start', [['start']]],
  ['pnpm query "two words" -k 3   # a comment', [['query', 'two words', '-k', '3']]],
  [`pnpm query 'a "b"' it\\'s "\\$x \\"y\\"" a#b`, [['query', 'a "b"', "it's", '$x "y"', 'a#b']]],
  [
    'A=1 npx -y pnpm@12 build-demo && pnpm start --port 1; pnpm eval | tail -1',
    [['build-demo'], ['start', '--port', '1'], ['eval']],
  ],
  ['pnpm query --stdin [options] < queries.txt > out.json', [['query', '--stdin']]],
  [
    'pnpm build-index <folder>… --out public/collections/<name> [options]',
    [['build-index', 'something', '--out', 'public/collections/something']],
  ],
  ['pnpm build-demo [--fresh]', [['build-demo', '--fresh']]],
  ['pnpm merge a \\\n  b --out c\npnpm --silent run eval', [['merge', 'a', 'b', '--out', 'c'], ['eval']]],
  ['      - run: pnpm build', [['build']]],
  ['npm install -g pnpm@12', []],
  ['npm install -g pnpm', []],
  ['echo pnpm-lock.yaml', []],
])('%s', (shell, commands) => {
  expect(read(shell)).toEqual(commands);
});

test('the version that npx is asked for', () => {
  expect(pnpmCommands('npx -y pnpm@12 start')[0]?.version).toBe('12');
  expect(pnpmCommands('pnpm start')[0]?.version).toBeUndefined();
});
