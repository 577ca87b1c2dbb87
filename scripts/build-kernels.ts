import { parseOptions, runScript } from './cli/cli.ts';
import { ensureKernels } from './repository/kernels.ts';

const HELP = `
Usage: tsx scripts/build-kernels.ts

Compiles the scan kernels in src/engine/kernels/assembly to WebAssembly where they are missing or stale. Installing,
testing, starting and building do this by themselves.
`;

await runScript(HELP, async (args) => {
  parseOptions(args, {});
  console.log((await ensureKernels()) ? 'The scan kernels are compiled.' : 'The scan kernels are up to date.');
});
