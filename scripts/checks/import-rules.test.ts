import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT_FOLDER } from '../repository/folders.ts';

/** What a file in each place may import: `may` of the places below, `packages` of those below. */
const RULES: Readonly<Record<string, { readonly may: readonly string[]; readonly packages: readonly string[] }>> = {
  'src/engine/search/x.ts': { may: ['engine'], packages: [] },
  'src/indexing/pictures/x.ts': { may: ['indexing', 'engine'], packages: [] },
  'src/platform/bytes/x.ts': {
    may: ['platform', 'platform/runtime', 'engine', 'indexing', 'protocol', 'site'],
    packages: ['comlink', 'sharp'],
  },
  'src/platform/bytes/x.browser.ts': {
    may: ['platform', 'platform/runtime', 'engine', 'indexing', 'protocol', 'site', 'browser half'],
    packages: ['comlink'],
  },
  'src/platform/bytes/x.node.ts': {
    may: ['platform', 'platform/runtime', 'engine', 'indexing', 'protocol', 'site', 'node half'],
    packages: ['node:fs', 'sharp'],
  },
  'src/platform/library/x.browser.ts': {
    may: ['platform', 'platform/runtime', 'engine', 'indexing', 'protocol', 'site', 'browser half', 'storage'],
    packages: ['comlink', 'idb'],
  },
  'src/protocol/x.ts': { may: ['protocol', 'engine'], packages: [] },
  'workers/x.worker.ts': {
    may: ['workers', 'platform', 'platform/runtime', 'browser half', 'node half', 'engine', 'indexing', 'protocol'],
    packages: ['comlink'],
  },
  'src/client/x.ts': { may: ['client', 'protocol'], packages: ['comlink'] },
  'src/storage/x.ts': { may: ['storage'], packages: ['idb'] },
  'src/db/log/x.ts': { may: ['db', 'exported log', 'storage'], packages: ['idb'] },
  'src/site/x.ts': { may: ['site'], packages: [] },
  'src/service-worker/x.ts': { may: ['service-worker', 'site'], packages: [] },
  'src/service-worker/sw.ts': { may: ['service-worker', 'site', 'platform/runtime'], packages: ['workbox-precaching'] },
  'src/state/search/x.ts': {
    may: ['state', 'client', 'db', 'exported log', 'protocol', 'service-worker', 'site'],
    packages: ['solid-js', 'solid-js/store'],
  },
  'src/ui/grid/x.tsx': { may: ['ui', 'state', 'protocol', 'site'], packages: ['solid-js', 'solid-js/store'] },
  'scripts/site/x.ts': {
    may: [
      'scripts',
      'engine',
      'indexing',
      'platform',
      'platform/runtime',
      'node half',
      'client',
      'exported log',
      'site',
    ],
    packages: ['comlink', 'idb', 'node:fs', 'sharp', 'solid-js', 'solid-js/store', 'workbox-precaching'],
  },
  'e2e/search/x.spec.ts': {
    may: ['e2e', 'scripts', 'engine'],
    packages: ['comlink', 'idb', 'node:fs', 'sharp', 'solid-js', 'solid-js/store', 'workbox-precaching'],
  },
};

/** One file of every place, from the root. */
const TARGETS: Readonly<Record<string, string>> = {
  engine: 'src/engine/search/search-engine.ts',
  indexing: 'src/indexing/ports.ts',
  platform: 'src/platform/indexes/compose-search.ts',
  'platform/runtime': 'src/platform/runtime/onnxruntime.ts',
  'browser half': 'src/platform/encoders/clip.browser.ts',
  'node half': 'src/platform/encoders/clip.node.ts',
  protocol: 'src/protocol/query-worker.ts',
  workers: 'workers/query.worker.ts',
  client: 'src/client/query-client.ts',
  storage: 'src/storage/connection.ts',
  db: 'src/db/database.ts',
  'exported log': 'src/db/exchange/jsonl.ts',
  site: 'src/site/scope.ts',
  'service-worker': 'src/service-worker/register.ts',
  state: 'src/state/search/search.ts',
  ui: 'src/ui/app.tsx',
  scripts: 'scripts/cli/cli.ts',
  e2e: 'e2e/fixtures.ts',
  'main.tsx': 'src/main.tsx',
  'sw.ts': 'src/service-worker/sw.ts',
};

const PACKAGES = ['comlink', 'idb', 'node:fs', 'sharp', 'solid-js', 'solid-js/store', 'workbox-precaching'];
/** What of the engine the page may import: types, errors, queries and what promises need. */
const SHARED = ['errors.ts', 'async/limiter.ts', 'collection/types.ts', 'model/model.ts', 'query/query.ts'];
const PAGE = [
  'src/client/x.ts',
  'src/db/log/x.ts',
  'src/service-worker/x.ts',
  'src/service-worker/sw.ts',
  'src/state/search/x.ts',
  'src/ui/grid/x.tsx',
];

const WAYS = [
  (path: string) => `import '${path}';`,
  (path: string) => `import type { X } from '${path}';`,
  (path: string) => `export * from '${path}';`,
  (path: string) => `await import('${path}');`,
];

/** Files to try, and in each a specifier a line. */
const probes = new Map(Object.keys(RULES).map((file) => [file, specifiersOf(file)]));
const WAYS_FILE = 'src/engine/index/ways.ts';
const TEST_FILE = 'src/engine/index/x.test.ts';
const refused = await lint(
  new Map([
    ...[...probes].map(([file, specifiers]) => [file, specifiers.map((path) => `import '${path}';`)] as const),
    [WAYS_FILE, WAYS.map((way) => way('../../platform/bytes/x.ts'))],
    [TEST_FILE, ["import '../../platform/bytes/x.ts';", "import 'vitest';"]],
  ]),
);

test.each(Object.entries(RULES))('%s imports what it may and nothing else', (file, { may, packages }) => {
  const up = upFrom(file);
  const allowed = new Set([
    ...may.map((name) => up + TARGETS[name]),
    ...packages,
    ...(PAGE.includes(file) ? SHARED.map((path) => `${up}src/engine/${path}`) : []),
  ]);
  const specifiers = specifiersOf(file);
  const lines = [...(refused.get(file) ?? [])].sort((a, b) => a - b);
  expect(lines.map((line) => specifiers[line - 1])).toEqual(specifiers.filter((path) => !allowed.has(path)));
});

test('an import is refused however it is written', () => {
  expect(refused.get(WAYS_FILE)?.size).toBe(WAYS.length);
});

test('a test may import anything', () => {
  expect(refused.get(TEST_FILE)).toBeUndefined();
});

function upFrom(file: string): string {
  return '../'.repeat(file.split('/').length - 1);
}

function specifiersOf(file: string): string[] {
  const targets = [
    ...Object.values(TARGETS),
    ...(PAGE.includes(file) ? SHARED.map((path) => `src/engine/${path}`) : []),
  ];
  return [...targets.map((path) => upFrom(file) + path), ...PACKAGES];
}

/** Lines (from 1) that break the import rules of the repository, by file; `files`: lines by the place of a file. */
async function lint(files: ReadonlyMap<string, readonly string[]>): Promise<Map<string, Set<number>>> {
  const folder = await mkdtemp(join(tmpdir(), 'import-rules-'));
  try {
    const { $schema: _, ...config } = JSON.parse(await readFile(join(ROOT_FOLDER, 'biome.json'), 'utf8'));
    await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
    for (const [file, lines] of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), lines.join('\n'));
    }
    return byFile(JSON.parse(await report(folder)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the linter says of the files in `folder`; that it finds something is no error here. */
function report(folder: string): Promise<string> {
  const biome = join(ROOT_FOLDER, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none', '.'];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 24 }, (_, stdout) => resolve(stdout));
  });
}

interface Report {
  readonly diagnostics: readonly {
    readonly location: { readonly path: string; readonly start: { readonly line: number } };
  }[];
}

function byFile({ diagnostics }: Report): Map<string, Set<number>> {
  const lines = new Map<string, Set<number>>();
  for (const { location } of diagnostics) {
    const path = location.path.replaceAll('\\', '/');
    lines.set(path, (lines.get(path) ?? new Set()).add(location.start.line));
  }
  return lines;
}
