import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Sizes of what a visit loads, as a table: scripts and styles with gzip, data by folder. */
export async function describeSizes(site: string): Promise<string> {
  const html = await readFile(join(site, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="[^"]*?(assets\/[^"]+\.js)"/g)].map((match) => match[1] as string);
  const first = named.filter((name) => !name.includes('.worker-'));
  const assets = (await readdir(join(site, 'assets'))).map((name) => `assets/${name}`);
  const rows: [string, string[]][] = [
    ['page JavaScript', first],
    ['other JavaScript', assets.filter((name) => name.endsWith('.js') && !first.includes(name))],
    ['styles', assets.filter((name) => name.endsWith('.css'))],
    ['WebAssembly', assets.filter((name) => name.endsWith('.wasm'))],
  ];
  const lines = await Promise.all(rows.map(([label, names]) => codeLine(site, label, names)));
  const data = await Promise.all(['models', 'collections'].map((name) => folderLine(site, name)));
  return [...lines, ...data].join('\n');
}

async function codeLine(site: string, label: string, names: readonly string[]): Promise<string> {
  const files = await Promise.all(names.map((name) => readFile(join(site, name))));
  const raw = files.reduce((sum, file) => sum + file.length, 0);
  const packed = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  return `${label.padEnd(18)}${kilobytes(raw)}  (gzip ${kilobytes(packed).trim()})`;
}

async function folderLine(site: string, folder: string): Promise<string> {
  const names = await readdir(join(site, folder), { recursive: true }).catch(() => []);
  const sizes = await Promise.all(names.map((name) => stat(join(site, folder, name))));
  const files = sizes.filter((entry) => entry.isFile());
  return `${folder.padEnd(18)}${kilobytes(files.reduce((sum, file) => sum + file.size, 0))}  (${files.length} files)`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(10)} kB`;
}
