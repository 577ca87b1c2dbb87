import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseManifest } from '../../../src/engine/collection/manifest.ts';
import { sha256 } from '../../../src/platform/hashes/sha256.ts';
import { parseCount, parseOnlyOptions } from '../../cli/cli.ts';
import { ROOT_FOLDER } from '../../repository/folders.ts';
import { serve } from '../../serve/serve.ts';
import { describeMachine } from '../machine.ts';
import { launch, originOf, prepareSite } from '../site.ts';
import { measureVisit } from './measure.ts';
import { COLLECTION, prepare } from './prepare.ts';
import { toMarkdown } from './report.ts';

const OPTIONS = {
  count: { type: 'string', default: '1000000' },
  json: { type: 'string', default: join(ROOT_FOLDER, 'bench-results/million.json') },
} as const;

/** `pnpm bench million`. @throws Error where the page does not answer or does not scroll; whatever it measures */
export async function benchMillion(args: readonly string[]): Promise<void> {
  const values = parseOnlyOptions(args, OPTIONS);
  const count = parseCount(values.count, '--count');
  const started = performance.now();
  const log = (line: string) =>
    console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);

  const site = await prepareSite();
  const { publicFolder, imported } = await prepare(count, log);
  const results = values.json.replace(/\.json$/, '');
  await mkdir(dirname(results), { recursive: true });
  const server = await serve({ site, publicFolder, host: '127.0.0.1', port: 0 });
  const browser = await launch();
  try {
    const parts = await vectorParts(publicFolder);
    const visit = await measureVisit(browser, originOf(server), { count, parts, log, shots: results });
    const report = { machine: describeMachine(`Chromium ${browser.version()}`), count, imported, visit };
    await writeFile(`${results}.json`, `${JSON.stringify(report, null, 2)}\n`);
    await writeFile(`${results}.md`, `${toMarkdown(report)}\n`);
    console.log(`\n${toMarkdown(report)}\n`);
  } finally {
    await browser.close();
    server.close();
  }
}

/** How many parts the vectors have. */
async function vectorParts(publicFolder: string): Promise<number> {
  const file = join(publicFolder, 'collections', COLLECTION, 'manifest.json');
  const { parts } = await parseManifest(await readFile(file, 'utf8'), sha256);
  return parts.filter(({ kind }) => kind === 'vectors').length;
}
