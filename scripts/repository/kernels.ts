import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE_FOLDER, ROOT_FOLDER } from './folders.ts';
import { fingerprint, installedVersion } from './repository.ts';

const SOURCES = 'src/engine/kernels/assembly';
const MODULE = 'src/engine/kernels/wasm.generated.ts';

/** Memory is imported, so that the host decides on its size; nothing is allocated by the kernels. */
const OPTIONS = ['-O3', '--enable', 'simd', '--importMemory', '--runtime', 'stub', '--noAssert', '--use', 'abort='];
/** Vectors are passed between the modules of the kernels only. */
const QUIET = ['--disableWarning', '112'];

/**
 * Compile the scan kernels (AssemblyScript) into a TypeScript module with the bytes of the WebAssembly in it, which every
 * bundler and host takes without a request. Nothing happens when the module is there and its sources are the same.
 * @returns whether it was made.
 */
export async function ensureKernels(root = ROOT_FOLDER): Promise<boolean> {
  const target = join(root, MODULE);
  const heading = `// Made of ${await identify(root)} by scripts/build-kernels.ts.\n`;
  const present = await readFile(target, 'utf8').catch(() => '');
  if (present.startsWith(heading)) return false;
  const bytes = await compile(root);
  // Renamed into place: several processes may find it stale at once.
  const unfinished = join(dirname(target), `.${randomUUID()}.ts`);
  await writeFile(unfinished, `${heading}export const KERNELS = new Uint8Array([${bytes.join(',')}]);\n`);
  await rename(unfinished, target);
  return true;
}

/** Changes with everything that the result depends on. */
async function identify(root: string): Promise<string> {
  const sources = (await fingerprint(root, [SOURCES])).slice(0, 16);
  return [sources, `assemblyscript ${installedVersion('assemblyscript')}`, ...OPTIONS].join(' ');
}

async function compile(root: string): Promise<Uint8Array> {
  await mkdir(CACHE_FOLDER, { recursive: true });
  const folder = await mkdtemp(join(CACHE_FOLDER, 'kernels-'));
  const out = join(folder, 'kernels.wasm');
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  try {
    const args = [compiler, join(SOURCES, 'index.ts'), '--outFile', out, ...OPTIONS, ...QUIET];
    // What is wrong with the sources stands in the error, with file and line.
    await promisify(execFile)(process.execPath, args, { cwd: root });
    return await readFile(out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
