/** How close the pixels that vision towers get in a browser are to those in Node: cosines of embeddings. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { dot } from '../../../src/engine/numeric/embedding.ts';
import type { Pixels } from '../../../src/engine/ports.ts';
import { createNodeImageEncoder } from '../../../src/platform/encoders/clip.node.ts';
import { createDecoder } from '../../../src/platform/pictures/decode.node.ts';
import { parseCount, parseOptions, runScript, usage } from '../../cli/cli.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { launch, originOf } from '../site.ts';
import { bundlePage, servePage } from './bundle.ts';
import type { BenchPage } from './protocol.ts';

const HELP = `
Usage: npx tsx scripts/bench/library/browser-pixels.ts <folder> [options]

Embeds each picture of a folder twice in Node: from the pixels that Chromium makes of it and from those that Node makes.
Prints percentiles of the cosines, and the pictures that differ most.

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
  const theirs = await browserPixels(resolve(folder), names, values.model);
  const cosines = await compare(folder, names, theirs, values.model);
  print(cosines);
});

/** Base64 of RGB, or null, by picture. */
async function browserPixels(folder: string, names: readonly string[], model: string): Promise<(string | null)[]> {
  const preprocessor = await readFile(join(MODELS_FOLDER, model, 'preprocessor_config.json'), 'utf8');
  const server = await servePage(await bundlePage(), folder);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.on('console', (message) => console.error(message.text()));
    await page.goto(`${originOf(server)}index.html`);
    await page.waitForFunction(() => 'bench' in globalThis);
    const all: (string | null)[] = [];
    for (let i = 0; i < names.length; i += TOGETHER)
      all.push(...(await pixelsOf(page, names.slice(i, i + TOGETHER), preprocessor)));
    return all;
  } finally {
    await browser.close();
    server.close();
  }
}

function pixelsOf(page: Page, names: readonly string[], preprocessor: string): Promise<(string | null)[]> {
  const photos = names.map((name) => ({ url: `photos/${encodeURIComponent(name)}`, path: name }));
  return page.evaluate(
    ([these, settings]) => (globalThis as unknown as { bench: BenchPage }).bench.pixels(these, settings),
    [photos, preprocessor] as const,
  );
}

async function compare(folder: string, names: readonly string[], theirs: readonly (string | null)[], model: string) {
  const encoder = await createNodeImageEncoder({ modelsFolder: MODELS_FOLDER, modelId: model });
  const { preprocessor } = encoder;
  const decoder = createDecoder({ preprocessor, pictures: 'none' });
  const cosines: { name: string; cosine: number }[] = [];
  for (const [i, name] of names.entries()) {
    const ours = await decoder.decode(await readFile(join(folder, name)), name).catch(() => undefined);
    const other = theirs[i];
    if (!ours || !other) {
      console.log(`${name}: refused by ${ours ? 'the browser' : other ? 'Node' : 'both'}`);
      continue;
    }
    const pixels: Pixels = { size: preprocessor.imageSize, rgb: new Uint8Array(Buffer.from(other, 'base64')) };
    const [a, b] = await encoder.encode([ours.pixels, pixels]);
    cosines.push({ name, cosine: a && b ? dot(a, b) : Number.NaN });
  }
  await encoder.dispose();
  return cosines.sort((a, b) => a.cosine - b.cosine);
}

function print(cosines: readonly { readonly name: string; readonly cosine: number }[]): void {
  console.log(`${cosines.length} pictures, cosine of browser and Node:`);
  for (const percentile of PERCENTILES) {
    console.log(`  ${percentile} %: ${cosines[Math.floor((percentile * cosines.length) / 100)]?.cosine.toFixed(5)}`);
  }
  for (const { name, cosine } of cosines.slice(0, 5)) console.log(`  ${cosine.toFixed(5)}  ${name}`);
}
