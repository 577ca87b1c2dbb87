import { execFileSync } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { ROOT_FOLDER } from '../../repository/folders.ts';
import { ensureKernels } from '../../repository/kernels.ts';
import { BENCH_CACHE } from './data/data.ts';

const PAGE = fileURLToPath(new URL('page/', import.meta.url));
const PATCH = join(ROOT_FOLDER, 'patches/hnswlib-wasm@0.8.2.patch');

/** Bundle the page as the app is bundled. @returns the folder that it is in. */
export async function bundlePage(): Promise<string> {
  await ensureKernels();
  const outDir = join(BENCH_CACHE, 'site');
  const alias = { 'hnswlib-wasm-as-published': join(await publishedHnswlib(), 'hnswlib.js') };
  await build({
    configFile: false,
    root: PAGE,
    base: './',
    logLevel: 'error',
    resolve: { alias },
    build: { outDir, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
    worker: { format: 'es' },
  });
  return outDir;
}

/** hnswlib-wasm as its authors published it: what is installed, less the patch that this project needs. */
async function publishedHnswlib(): Promise<string> {
  const folder = join(BENCH_CACHE, 'hnswlib-wasm');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(join(ROOT_FOLDER, 'node_modules/hnswlib-wasm/dist'), join(folder, 'dist'), { recursive: true });
  // Outside of a repository, git apply is a patch tool that takes paths as they are.
  const outside = { ...env, GIT_CEILING_DIRECTORIES: dirname(BENCH_CACHE) };
  execFileSync('git', ['apply', '-R', '--whitespace=nowarn', PATCH], { cwd: folder, env: outside });
  return join(folder, 'dist');
}
