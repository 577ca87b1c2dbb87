/** How close embeddings that are made in a browser are to those of Node, and how much of the difference is in the pixels. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { dot } from '../../../src/engine/numeric/embedding.ts';
import type { Pixels } from '../../../src/engine/ports.ts';
import { createNodeImageEncoder } from '../../../src/platform/encoders/clip.node.ts';
import { towerFile, visionDtype } from '../../../src/platform/models/model-files.ts';
import { readModelManifest } from '../../../src/platform/models/model-folder.node.ts';
import { createDecoder } from '../../../src/platform/pictures/decode.node.ts';
import { parseCount, parseOptions, runScript, usage } from '../../cli/cli.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { launch, originOf } from '../site.ts';
import { bundlePage, servePage } from './bundle.ts';
import type { BenchPage, Seen, VisionModel } from './protocol.ts';

const HELP = `
Usage: npx tsx scripts/bench/library/browser-pixels.ts <folder> [options]

Embeds each picture of a folder in Node, in Chromium on WebAssembly, and in Node from the pixels that Chromium makes of it.
Prints percentiles of the cosines to the first, and the pictures that differ most.

  --model <id>   (default: ${DEFAULT_MODEL})
  --limit <n>    so many pictures at most (1000)
`;

const PERCENTILES = [0, 1, 5, 50];
const TOGETHER = 50;

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, {
    model: { type: 'string', default: DEFAULT_MODEL },
    limit: { type: 'string', default: '1000' },
  });
  const [folder, ...more] = positionals;
  if (folder === undefined || more.length > 0) throw usage('browser-pixels takes one folder');
  const all = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp|avif|gif|svg|bmp)$/i.test(name)).sort();
  const names = all.slice(0, parseCount(values.limit, '--limit'));
  const theirs = await seenInBrowser(resolve(folder), names, values.model);
  print(await compare(folder, names, theirs, values.model));
});

async function seenInBrowser(folder: string, names: readonly string[], model: string): Promise<(Seen | null)[]> {
  const preprocessor = await readFile(join(MODELS_FOLDER, model, 'preprocessor_config.json'), 'utf8');
  const manifest = await readModelManifest(MODELS_FOLDER, model);
  const { sha256 } = towerFile(manifest, 'vision', visionDtype(manifest, 'wasm'));
  const made = { model: { id: model, sha256 }, dim: manifest.dim };
  const server = await servePage(await bundlePage(), folder);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.on('console', (message) => console.error(message.text()));
    await page.goto(`${originOf(server)}index.html`);
    await page.waitForFunction(() => 'bench' in globalThis);
    const all: (Seen | null)[] = [];
    for (let i = 0; i < names.length; i += TOGETHER)
      all.push(...(await seen(page, names.slice(i, i + TOGETHER), [preprocessor, made])));
    return all;
  } finally {
    await browser.close();
    server.close();
  }
}

function seen(
  page: Page,
  names: readonly string[],
  [preprocessor, made]: readonly [string, VisionModel],
): Promise<(Seen | null)[]> {
  const photos = names.map((name) => ({ url: `photos/${encodeURIComponent(name)}`, path: name }));
  return page.evaluate(
    ([these, settings, model]) => (globalThis as unknown as { bench: BenchPage }).bench.see(these, settings, model),
    [photos, preprocessor, made] as const,
  );
}

interface Compared {
  readonly name: string;
  /** Cosines to Node: of the whole way, and where Node embeds the browser's pixels. */
  readonly whole: number;
  readonly pixels: number;
}

async function compare(
  folder: string,
  names: readonly string[],
  theirs: readonly (Seen | null)[],
  model: string,
): Promise<Compared[]> {
  const encoder = await createNodeImageEncoder({ modelsFolder: MODELS_FOLDER, modelId: model });
  const { preprocessor } = encoder;
  const decoder = createDecoder({ preprocessor, pictures: 'none' });
  const cosines: Compared[] = [];
  for (const [i, name] of names.entries()) {
    const ours = await decoder.decode(await readFile(join(folder, name)), name).catch(() => undefined);
    const other = theirs[i];
    if (!ours || !other) {
      console.log(`${name}: refused by ${ours ? 'the browser' : other ? 'Node' : 'both'}`);
      continue;
    }
    const pixels: Pixels = { size: preprocessor.imageSize, rgb: new Uint8Array(Buffer.from(other.rgb, 'base64')) };
    const [a, b] = await encoder.encode([ours.pixels, pixels]);
    if (a && b) cosines.push({ name, whole: dot(a, Float32Array.from(other.vector)), pixels: dot(a, b) });
  }
  await encoder.dispose();
  return cosines;
}

function print(cosines: readonly Compared[]): void {
  console.log(`${cosines.length} pictures, cosines to Node:`);
  for (const [what, title] of [
    ['whole', 'made in the browser on WebAssembly'],
    ['pixels', "made in Node of the browser's pixels"],
  ] as const) {
    const sorted = [...cosines].sort((a, b) => a[what] - b[what]);
    const at = (percentile: number) => sorted[Math.floor((percentile * sorted.length) / 100)]?.[what].toFixed(5);
    console.log(`  ${title}: ${PERCENTILES.map((percentile) => `${percentile} %: ${at(percentile)}`).join(', ')}`);
    for (const one of sorted.slice(0, 3)) console.log(`    ${one[what].toFixed(5)}  ${one.name}`);
  }
}
