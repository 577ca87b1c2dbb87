import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RANKED_BY_INDEX } from '../src/engine/search/search-engine.ts';
import { draw, temporaryFolder } from './indexing/testing.ts';
import { ROOT_FOLDER } from './repository/folders.ts';

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(script: string, ...args: readonly string[]): Promise<Result> {
  const command = ['--import', 'tsx', join(ROOT_FOLDER, 'scripts', `${script}.ts`), ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, { cwd: ROOT_FOLDER }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

describe('what a person can mend is one clear line and exit code 2', () => {
  const cases: readonly (readonly [string, string, readonly string[], RegExp])[] = [
    ['merge of nothing', 'merge', ['--out', 'x'], /^usage: merge takes/],
    ['merge to nowhere', 'merge', ['public/collections/x'], /^usage: --out is missing/],
    [
      'merge of what is not there',
      'merge',
      ['nowhere', '--out', 'public/collections/x'],
      /^collection-not-found: .*nowhere/,
    ],
    ['merge to a bad name', 'merge', ['nowhere', '--out', 'a b'], /^usage: .*"a b"/],
    ['merge with a bad number', 'merge', ['nowhere', '--out', 'x', '--M', '1'], /^usage: --M takes/],
    ['export of nothing', 'export-vectors', ['--out', 'x'], /^usage: export-vectors takes/],
    ['export to nowhere', 'export-vectors', ['x'], /^usage: --out is missing/],
    ['export of what is not there', 'export-vectors', ['nowhere', '--out', 'x'], /^collection-not-found: .*nowhere/],
    ['export of a bad type', 'export-vectors', ['x', '--out', 'x', '--dtype', 'int8'], /^usage: --dtype takes/],
    ['export of a bad table', 'export-vectors', ['x', '--out', 'x', '--metadata', 'csv'], /^usage: --metadata takes/],
  ];
  test.each(cases)('%s', async (_name, script, args, message) => {
    const { code, stdout, stderr } = await run(script, ...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim()).not.toContain('\n');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test.each(['build-index', 'merge'])('the help of %s says how wide a beam is at least', async (script) => {
  const { code, stdout } = await run(script, '--help');
  expect(stdout).toContain(`the page and pnpm search ask for ${RANKED_BY_INDEX} pictures`);
  expect(code).toBe(0);
});

test('from pictures over shards and arrays to a collection, each step with one line of JSON', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'pictures'));
  for (let i = 0; i < 6; i++) await draw(join(folder, 'pictures', `${i}.png`), i);
  const json = async (script: string, ...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(script, ...args, '--json');
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const place = (name: string) => join(folder, 'collections', name);
  let total = 0;
  for (const i of [1, 2]) {
    const shard = ['--shard', `${i}/2`, '--out', place(`shard${i}`), '--cache', join(folder, 'cache')];
    const { count } = await json('build-index', join(folder, 'pictures'), ...shard);
    total += Number(count);
  }
  expect(total).toBe(6);
  const merged = await json('merge', place('shard1'), place('shard2'), '--out', place('merged'));
  expect(merged).toMatchObject({ collection: 'merged', count: 6, merged: 2 });
  expect(await json('export-vectors', place('merged'), '--out', join(folder, 'arrays'))).toMatchObject({ count: 6 });
  const given = ['--from-npy', join(folder, 'arrays'), '--model', 'afterimage-mini', '--out', place('given')];
  expect(await json('build-index', ...given)).toMatchObject({ collection: 'given', count: 6, copies: 0 });
});
