import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT_FOLDER } from '../repository/folders.ts';

/** A whole `build-index` of the demo's pictures into an empty folder: start of the process to its end. */
export async function measureIndexing(pictures: string): Promise<{ pictures: number; seconds: number }> {
  const out = await mkdtemp(join(tmpdir(), 'afterimage-bench-'));
  try {
    const started = performance.now();
    const script = join(ROOT_FOLDER, 'scripts/build-index.ts');
    const args = ['--import', 'tsx', script, pictures, '--out', join(out, 'collections/bench'), '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT_FOLDER, maxBuffer: 2 ** 26 });
    const seconds = (performance.now() - started) / 1000;
    return { pictures: (JSON.parse(stdout) as { count: number }).count, seconds };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
