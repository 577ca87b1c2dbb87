/** Make a searchable collection of folders of pictures, or of given vectors, or bring it up to date. */

import { NO_PATTERNS } from '../src/platform/pictures/leave-out.ts';
import { runScript } from './cli/cli.ts';
import { createCollectionBuilder } from './indexing/build-collection.ts';
import { createVectorImporter } from './indexing/exchange/import-vectors.ts';
import { type BuildCommand, HELP, parseBuildCommand } from './indexing/options/arguments.ts';
import { placeAdvice } from './indexing/options/out.ts';
import { createProgress, type Progress } from './indexing/progress/progress.ts';
import { stopOnSignals } from './indexing/progress/stop.ts';
import { describeImport, describeSummary } from './indexing/progress/summary.ts';
import { watchFolders } from './indexing/watch/watch.ts';

await runScript(HELP, async (args) => {
  const command = parseBuildCommand(args);
  const progress = createProgress();
  const { build, dispose } = await createBuild(command, progress);
  await stopOnSignals(progress, async (signal) => {
    try {
      if (command.from === 'pictures' && command.watch) {
        const { folders, out, patterns = NO_PATTERNS } = command.options;
        await advise(command, progress);
        await watchFolders(folders, out, build, { signal, log: progress.line, patterns });
      } else {
        await build(signal);
        await advise(command, progress);
      }
    } finally {
      progress.stop();
      await dispose();
    }
  });
});

/** Shards are for `pnpm merge`, wherever they lie. */
async function advise({ from, options }: BuildCommand, progress: Progress): Promise<void> {
  if (from === 'pictures' && options.shard !== undefined) return;
  const advice = await placeAdvice(options.out);
  if (advice !== undefined) progress.line(advice);
}

/** One run, which prints its summary. */
async function createBuild(command: BuildCommand, progress: Progress) {
  const print = <T>(summary: T, toText: (summary: T) => string) => {
    progress.stop();
    console.log(command.json ? JSON.stringify(summary) : toText(summary));
  };
  if (command.from === 'vectors') {
    const importer = await createVectorImporter(command.options);
    return {
      build: async (signal: AbortSignal) => print(await importer.run(signal, progress.onEvent), describeImport),
      dispose: importer.dispose,
    };
  }
  const builder = await createCollectionBuilder(command.options);
  return {
    build: async (signal: AbortSignal) => print(await builder.run(signal, progress.onEvent), describeSummary),
    dispose: builder.dispose,
  };
}
