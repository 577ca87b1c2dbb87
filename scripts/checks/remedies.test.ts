import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../src/engine/errors.ts';
import { remedyFor } from '../../src/ui/common/remedies.ts';
import { withRemedy } from '../cli/remedies.ts';
import { ROOT_FOLDER } from '../repository/folders.ts';

const FOR_COMMAND_LINE = /\bpnpm |\b(build-index|build-demo|add-model)\b|\s--[a-z]/;
const FOR_VISITORS = /\b[Rr]eload (the|this) page|\b[Cc]lose other tabs|[Cc]hoose (another|a smaller) collection/;

/** Says how a site gets its first pictures, to whoever has just made it. */
const FIRST_PICTURES = 'src/ui/common/no-collections.tsx';

/** Of who reads a file's messages: what they must not say. Files that both read speak to neither. */
function foreignTo(file: string): RegExp[] {
  const room = file.split('/')[1] as string;
  if (file.startsWith('scripts/') || room === 'indexing' || file.endsWith('.node.ts')) return [FOR_VISITORS];
  const isPage = ['client', 'db', 'service-worker', 'state', 'ui'].includes(room) || file.includes('.browser.');
  return isPage ? [FOR_COMMAND_LINE] : [FOR_COMMAND_LINE, FOR_VISITORS];
}

async function sources(): Promise<string[]> {
  const folders = ['src', 'scripts/indexing', 'scripts/models', 'scripts/query', 'scripts/cli'];
  const files = folders.map(async (folder) => {
    const names = await readdir(join(ROOT_FOLDER, folder), { recursive: true });
    return names.map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
  });
  return (await Promise.all(files)).flat().filter((file) => /\.tsx?$/.test(file) && !/\.test\.|testing/.test(file));
}

/** What a file says outside its comments. */
async function said(file: string): Promise<string> {
  const text = await readFile(join(ROOT_FOLDER, file), 'utf8');
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*/g, '');
}

test('visitors are not told commands, and command-line users are not told about pages', async () => {
  const files = await sources();
  expect(files.length).toBeGreaterThan(200);
  const wrong: string[] = [];
  for (const file of files) {
    if (file === FIRST_PICTURES) continue;
    const text = await said(file);
    wrong.push(
      ...foreignTo(file).flatMap((pattern) => (pattern.exec(text) ? [`${file}: ${pattern.exec(text)?.[0]}`] : [])),
    );
  }
  expect(wrong).toEqual([]);
});

test('where the message of an error says only what happened, both readers are told what to do', () => {
  const codes: readonly ErrorCode[] = [
    'collection-not-found',
    'collection-version',
    'collection-invalid',
    'collection-model-mismatch',
    'collection-too-large',
    'dimension-mismatch',
    'index-too-large',
    'index-corrupt',
    'part-missing',
    'part-corrupt',
    'model-invalid',
  ];
  for (const code of codes) {
    expect(remedyFor(code)?.advice, code).toMatch(/\.$/);
    expect(withRemedy(code, 'It happened.'), code).toMatch(/^It happened\. [A-Z].+\.$/);
  }
  expect(remedyFor('usage')).toBeUndefined();
  expect(withRemedy('usage', 'It happened.')).toBe('It happened.');
});
