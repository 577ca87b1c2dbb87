/** Draw the demo pictures and index them, where the demo collection is missing or stale. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FORMAT_VERSION } from '../src/engine/collection/types.ts';
import { DEFAULT_MODEL } from '../src/engine/model/model.ts';
import { RECIPE } from '../src/indexing/collection/known.ts';
import { sha256 } from '../src/platform/hashes/sha256.ts';
import { towerFile } from '../src/platform/models/model-files.ts';
import { readModelManifest } from '../src/platform/models/model-folder.node.ts';
import { parseOptions, runScript, usage } from './cli/cli.ts';
import { CAPTIONS_FILE, drawingVersion, renderDemo } from './demo/render.ts';
import { type DemoState, partsAreThere, readDemoState, writeDemoState } from './demo/state.ts';
import { createCollectionBuilder } from './indexing/build-collection.ts';
import { parsePictureCommand } from './indexing/options/arguments.ts';
import { createProgress } from './indexing/progress/progress.ts';
import { stopOnSignals } from './indexing/progress/stop.ts';
import { describeSummary } from './indexing/progress/summary.ts';
import { COLLECTIONS_FOLDER, MODELS_FOLDER, ROOT_FOLDER } from './repository/folders.ts';
import { listCollections } from './site/list-collections.ts';

const HELP = `
Usage: pnpm build-demo [--fresh]

Draws Microsoft's Fluent Emoji (flat) and indexes them as public/collections/demo; quick when nothing has changed.

  --fresh   draw and embed everything again
`;

const OUT = join(COLLECTIONS_FOLDER, 'demo');
const DRAWN = join(ROOT_FOLDER, '.cache', 'demo-pictures');
const STATE = join(ROOT_FOLDER, '.cache', 'demo.json');

const EXAMPLES = ['dog', 'rocket', 'something scary', 'big cat', 'tropical fruit', 'flower', 'sad face', 'snow'];

const COMMAND = [
  DRAWN,
  ...['--out', OUT, '--captions', join(DRAWN, CAPTIONS_FILE)],
  ...['--title', 'Fluent Emoji'],
  ...['--description', 'Drawings of people, animals, food, places, things, signs and flags: Microsoft’s Fluent Emoji.'],
  ...['--licence', 'MIT, © Microsoft Corporation'],
  ...EXAMPLES.flatMap((example) => ['--example', example]),
];

async function currentState(): Promise<DemoState> {
  const model = await readModelManifest(MODELS_FOLDER, DEFAULT_MODEL);
  return {
    drawing: drawingVersion(),
    recipe: RECIPE,
    format: FORMAT_VERSION,
    model: towerFile(model, 'vision', model.dtypes.cpu).sha256,
    command: COMMAND,
    manifest: await sha256(await readFile(join(OUT, 'manifest.json')).catch(() => new Uint8Array())),
  };
}

/** Draw and index. What is unchanged of either is kept, unless `fresh`. */
async function buildDemo(fresh: boolean): Promise<void> {
  const progress = createProgress();
  await stopOnSignals(progress, async (signal) => {
    try {
      await renderDemo(DRAWN, { fresh, progress, signal });
      const { options } = parsePictureCommand(fresh ? [...COMMAND, '--fresh'] : COMMAND);
      const builder = await createCollectionBuilder(options);
      try {
        const summary = await builder.run(signal, progress.onEvent);
        progress.stop();
        console.log(describeSummary(summary));
      } finally {
        await builder.dispose();
      }
      await writeDemoState(STATE, await currentState());
    } finally {
      progress.stop();
    }
  });
}

await runScript(HELP, async (args) => {
  const { values, positionals } = parseOptions(args, { fresh: { type: 'boolean' } });
  if (positionals.length > 0) throw usage('build-demo takes no folder');
  const fresh = values.fresh === true;
  const [last, current] = await Promise.all([readDemoState(STATE), currentState()]);
  if (!fresh && (await partsAreThere(OUT)) && JSON.stringify(last) === JSON.stringify(current)) {
    await listCollections();
    console.log('The demo collection is up to date.');
    return;
  }
  await buildDemo(fresh || last.recipe !== RECIPE);
});
