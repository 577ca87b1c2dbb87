import { createReadStream } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { build } from 'vite';
import { SECURITY_HEADERS } from '../../../src/site/headers.ts';
import { PUBLIC_FOLDER, ROOT_FOLDER } from '../../repository/folders.ts';
import { libheif } from '../../vite/vite-libheif.ts';
import { onnxruntime } from '../../vite/vite-onnxruntime.ts';

const PAGE = fileURLToPath(new URL('page/', import.meta.url));

/** Bundle the page and its workers as the app is bundled. @returns the folder that it is in. */
export async function bundlePage(): Promise<string> {
  const outDir = join(ROOT_FOLDER, '.cache/bench-library');
  await build({
    configFile: false,
    root: PAGE,
    base: './',
    logLevel: 'error',
    plugins: [onnxruntime(), libheif()],
    build: { outDir, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
    worker: { format: 'es', plugins: () => [onnxruntime(), libheif()] },
  });
  return outDir;
}

/** Serves the page, the site's models, and photographs below `/photos/`. Any free port. */
export function servePage(site: string, photos: string): Promise<Server> {
  const files = [site, PUBLIC_FOLDER].map((folder) => sirv(folder, { dev: true, extensions: [] }));
  const [page, models] = files;
  const folder = resolve(photos);
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/');
    if (path.startsWith('/photos/')) {
      const file = join(folder, path.slice('/photos/'.length));
      if (!file.startsWith(folder + sep)) return void response.writeHead(404).end();
      return void createReadStream(file)
        .on('error', () => response.writeHead(404).end())
        .pipe(response);
    }
    page?.(request, response, () => models?.(request, response, () => void response.writeHead(404).end()));
  });
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => done(server));
  });
}
