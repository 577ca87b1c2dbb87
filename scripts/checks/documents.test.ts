import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT_FOLDER } from '../repository/folders.ts';
import { isIgnored, listTrackedFiles } from '../repository/tracked-files.ts';
import { checkDocuments, type Surroundings } from './documents.ts';
import { readMarkdown, slugs } from './markdown.ts';

test('links, commands and paths in documents are there', () => {
  const { scripts, packageManager } = JSON.parse(readFileSync(join(ROOT_FOLDER, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
    packageManager: string;
  };
  const files = listTrackedFiles();
  const paths = files.filter((name) => name.endsWith('.md'));
  expect(paths).toContain('README.md');
  const documents = paths.map((path) => [path, readMarkdown(readFileSync(join(ROOT_FOLDER, path), 'utf8'))] as const);
  const problems = checkDocuments(new Map(documents), {
    files: new Set(files),
    isIgnored,
    scripts: new Set(Object.keys(scripts)),
    pnpmMajor: packageManager.replace(/^pnpm@(\d+).*$/, '$1'),
  });
  expect(problems).toEqual([]);
});

const SURROUNDINGS: Surroundings = {
  files: new Set(['README.md', 'docs/a.md', 'docs/b/c.md', 'src/engine/x.ts', 'public/one.png', 'scripts/query.ts']),
  isIgnored: (path) => path.startsWith('public/collections'),
  scripts: new Set(['query', 'build-index']),
  pnpmMajor: '12',
};

function check(source: string, path = 'docs/a.md'): string[] {
  const other = readMarkdown('# Of C\n\n## Two `words`\n\n## Two words\n');
  return checkDocuments(
    new Map([
      [path, readMarkdown(source)],
      ['docs/b/c.md', other],
    ]),
    SURROUNDINGS,
  );
}

test.each([
  '[c](b/c.md) [c](./b/c.md#of-c "with a title") [c](b/c.md#two-words-1) ![p](../public/one.png) [b](b/) [r](/README.md)',
  '# Here, and there\n\n[up](#here-and-there) [out](https://example.org/x#y) [mail](mailto:a@example.org)',
  '<a id="x"></a> [x](#x) <img src="../public/one.png" alt="">\n\n[ref]: b/c.md#of-c',
  '`[no link](nowhere.md)`, ``a ` [b](c.md)``\n\n```md\n[no link](nowhere.md)\n# no heading\n```\n<!-- [x](y) -->',
  '`pnpm query "a b" -k 3`, `npx -y pnpm@12 install`, `pnpm-lock.yaml`\n\n```sh\nnpx -y pnpm@12 query x # pnpm nothing\n```',
  '`src/engine/x.ts`, `src/engine/`, `src/engine/x.ts:12`, `public/collections/mine`, `src/<room>/x`, `src/…`, `src/*.ts`',
  '`docs/{a,b}.md`, `elsewhere/x.ts`, `text/html`, `--out public/collections/<name>`, [`scripts/query.ts`](../scripts/query.ts)',
])('nothing is wrong in %j', (source) => {
  expect(check(source)).toEqual([]);
});

test.each([
  ['[c](c.md)', 'docs/a.md:1: the link to c.md leads nowhere: there is no docs/c.md'],
  ['\n[c](b/C.md)', 'docs/a.md:2: the link to b/C.md leads nowhere: there is no docs/b/C.md'],
  ['[c](b/c.md#of-d)', 'docs/a.md:1: the link to b/c.md#of-d leads nowhere: docs/b/c.md has no heading for #of-d'],
  ['# A\n\n[a](#b)', 'docs/a.md:3: the link to #b leads nowhere: docs/a.md has no heading for #b'],
  ['[out](../../x.md)', 'docs/a.md:1: the link to ../../x.md leads nowhere: there is no ../x.md'],
  ['<img src="one.png">', 'docs/a.md:1: the link to one.png leads nowhere: there is no docs/one.png'],
  ['[r]: d.md', 'docs/a.md:1: the link to d.md leads nowhere: there is no docs/d.md'],
  ['`pnpm search "tennis"`', 'docs/a.md:1: there is no command pnpm search'],
  ['```sh\npnpm query x\n  pnpm find y\n```', 'docs/a.md:2: there is no command pnpm find'],
  ['```yaml\n- run: npx -y pnpm@11 query x\n```', 'docs/a.md:2: pnpm@11 is not the version of package.json'],
  ['`src/engine/y.ts`', 'docs/a.md:1: there is no src/engine/y.ts'],
  ['`src/motor/<kind>/x.ts`', 'docs/a.md:1: there is no src/motor'],
  ['```sh\nnpx tsx scripts/search.ts\n```', 'docs/a.md:2: there is no scripts/search.ts'],
])('%j is reported', (source, problem) => {
  expect(check(source)).toEqual([problem]);
});

test('a changelog may name commands and paths that are gone, but its links lead somewhere', () => {
  expect(check('`pnpm search` is `pnpm query` now, `src/old.ts` is gone.', 'CHANGELOG.md')).toEqual([]);
  expect(check('[x](src/old.ts)', 'CHANGELOG.md')).toHaveLength(1);
});

test.each([
  ['Your own pictures', 'your-own-pictures'],
  ['What it can, and cannot, do', 'what-it-can-and-cannot-do'],
  ['`pnpm query`: from the command line', 'pnpm-query-from-the-command-line'],
  ['int8 & float16 – which?', 'int8--float16--which'],
  ['The [index](x.md) of **rows** and _columns_', 'the-index-of-rows-and-columns'],
  ['`snake_case` and snake_case_too', 'snake_case-and-snake_case_too'],
  ['Größe, 猫', 'größe-猫'],
])('the anchor of the heading %s', (heading, slug) => {
  expect(slugs([heading])).toEqual([slug]);
});

test('headings that are equal are numbered', () => {
  expect(slugs(['A', 'B', 'A', 'A'])).toEqual(['a', 'b', 'a-1', 'a-2']);
});
