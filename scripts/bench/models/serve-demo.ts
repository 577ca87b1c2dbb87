import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { build } from 'vite';
import { CACHE_FOLDER } from '../../repository/folders.ts';

const PAGE = fileURLToPath(new URL('page/', import.meta.url));
const RUNTIME = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
const YEAR = 31_536_000;

/** The page of the demos' way, with models and vectors of `publicFolder`. Any free port. */
export async function serveDemo(publicFolder: string): Promise<Server> {
  const outDir = join(CACHE_FOLDER, 'bench-models/page');
  await build({
    ...{ configFile: false, root: PAGE, base: './', logLevel: 'error' },
    build: { outDir, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
    worker: { format: 'es' },
  });
  // As from the servers from which demos take them.
  const kept = { maxAge: YEAR, immutable: true };
  const page = sirv(outDir);
  const data = sirv(publicFolder, kept);
  const runtime = sirv(RUNTIME, kept);
  const server = createServer((request, response) => {
    const notFound = () => void response.writeHead(404).end();
    if (request.url?.startsWith('/onnxruntime/')) {
      request.url = request.url.slice('/onnxruntime'.length);
      return runtime(request, response, notFound);
    }
    page(request, response, () => data(request, response, notFound));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
