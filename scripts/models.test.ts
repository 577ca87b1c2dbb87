import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT_FOLDER } from './repository/folders.ts';

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function models(...args: readonly string[]): Promise<Result> {
  const command = ['--import', 'tsx', join(ROOT_FOLDER, 'scripts/models.ts'), ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, { cwd: ROOT_FOLDER }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

test.each<[string, readonly string[], number, RegExp]>([
  [
    'an unknown model',
    ['pull', 'nope'],
    2,
    /^model-not-found: There is no model “nope” in the registry\. It knows clip/,
  ],
  [
    'a licence that was not accepted',
    ['pull', 'mobileclip-s2'],
    2,
    /^usage: MobileCLIP S2 may not be used commercially/,
  ],
  ['the embedded model', ['pull', 'afterimage-mini'], 2, /^usage: .* comes with Afterimage/],
  [
    'a registry that is not there',
    ['list', '--registry', 'nowhere.json'],
    2,
    /^usage: The registry nowhere\.json cannot/,
  ],
  ['checking what is not here', ['check', 'nope'], 2, /^model-not-found: /],
])('%s is one line', async (_, args, code, message) => {
  const { code: exit, stdout, stderr } = await models(...args);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect({ exit, stdout }).toEqual({ exit: code, stdout: '' });
});

test('lists models best first, and checks the one that is here', async () => {
  const list = await models('list');
  expect(list.code).toBe(0);
  const ids = list.stdout.split('\n').map((line) => line.split(' ')[0]);
  expect(ids.slice(0, 3)).toEqual([
    'clip-vit-b-32-256-datacomp',
    'siglip-base-patch16-224',
    'siglip2-base-patch16-256',
  ]);
  expect(list.stdout).toMatch(/^afterimage-mini +here, \d+ MB/m);
  const check = await models('check');
  expect(check.stdout).toMatch(/8 of 8 pictures are nearest to their own caption: passed\.\n$/);
  expect(check.code).toBe(0);
});
