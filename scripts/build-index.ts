/** Make a searchable collection of folders of pictures, or bring it up to date. */
import { HELP, parseBuildCommand } from './indexing/arguments.ts';
import { createCollectionBuilder } from './indexing/build-collection.ts';
import { createProgress } from './indexing/progress.ts';
import { stopOnSignals } from './indexing/stop.ts';
import { describeSummary } from './indexing/summary.ts';
import { watchFolders } from './indexing/watch.ts';
import { runScript } from './lib/cli.ts';

await runScript(HELP, async (args) => {
  const { options, watch, json } = parseBuildCommand(args);
  const builder = await createCollectionBuilder(options);
  const progress = createProgress();
  const build = async (signal: AbortSignal) => {
    const summary = await builder.run(signal, progress.onEvent);
    progress.stop();
    if (json) console.log(JSON.stringify(summary));
    else console.log(describeSummary(summary));
  };
  await stopOnSignals(progress, async (signal) => {
    try {
      if (watch) await watchFolders(options.folders, options.out, build, { signal, log: progress.line });
      else await build(signal);
    } finally {
      progress.stop();
      await builder.dispose();
    }
  });
});
