import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the demo collection was made from, and what came out. */
export interface DemoState {
  readonly drawing: string;
  readonly recipe: number;
  /** Version of the collection's format. */
  readonly format: number;
  readonly model: string;
  readonly command: readonly string[];
  readonly manifest: string;
}

/** What the last complete run left; nothing where there was none or it cannot be read. */
export async function readDemoState(path: string): Promise<Partial<DemoState>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Partial<DemoState>;
  } catch {
    return {};
  }
}

export async function writeDemoState(path: string, state: DemoState): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** Whether the parts that the manifest in `folder` names are there, as long as they should be. */
export async function partsAreThere(folder: string): Promise<boolean> {
  try {
    const { parts } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
      parts: readonly { path: string; bytes: number }[];
    };
    const sizes = await Promise.all(parts.map(async ({ path }) => (await stat(join(folder, path))).size));
    return parts.every(({ bytes }, i) => bytes === sizes[i]);
  } catch {
    return false;
  }
}
