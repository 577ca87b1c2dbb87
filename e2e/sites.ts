import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BlobReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import sirv from 'sirv';
import { type Sent, slowLine } from '../scripts/bench/first-visit/line.ts';
import { addModel } from '../scripts/models/add-model.ts';
import { COLLECTIONS_FOLDER, MODELS_FOLDER, ROOT_FOLDER } from '../scripts/repository/folders.ts';
import { type Behaviour, type EmulatedHost, emulateHost } from '../scripts/serve/emulated/emulated-host.ts';
import { serve } from '../scripts/serve/serve.ts';
import { listCollections } from '../scripts/site/list-collections.ts';

const run = promisify(execFile);

/** The site that `pnpm build` made. */
export const SITE = join(ROOT_FOLDER, 'dist');

/** A server of a test's own, on a port of its own. */
export interface Site {
  readonly origin: string;
  /** No answer to anything any more, as when the network is gone. At the end of a test it is done by a fixture. */
  stop(): Promise<void>;
}

const running = new Set<Site>();

export async function stopSites(): Promise<void> {
  await Promise.all([...running].map((site) => site.stop()));
}

/** The built site with the data of another `public/` folder, and the headers of a good host. */
export async function serveSite(publicFolder: string, host = '127.0.0.1', site = SITE): Promise<Site> {
  return started(await serve({ site, publicFolder, host, port: 0 }));
}

/** The built site with its own data or others, over a line of a latency, and what goes over it. */
export async function serveCounted(
  publicFolder = SITE,
  latencyMs = 0,
): Promise<Site & { readonly sent: readonly Sent[] }> {
  const { origin } = await serveSite(publicFolder);
  const { server, sent } = await slowLine(Number(new URL(origin).port), { bytesPerSecond: 1e9, latencyMs });
  return { ...started(server), sent };
}

/** A folder by a server that sends no headers of ours and knows no ranges, as `python3 -m http.server`. */
export async function serveBare(folder: string): Promise<Site> {
  const files = sirv(folder, { dev: true });
  const server = createServer((request, response) => {
    delete request.headers.range;
    files(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return started(server);
}

/** An emulated host of what lies in a folder that `packageSite` wrote. */
export async function serveHost(folder: string, behaviour: Behaviour): Promise<Site & EmulatedHost> {
  const host = await emulateHost(folder, behaviour);
  host.server.listen(0, '127.0.0.1');
  await once(host.server, 'listening');
  return { ...host, ...started(host.server) };
}

function started(server: Server): Site {
  const { port } = server.address() as AddressInfo;
  const site: Site = {
    origin: `http://localhost:${port}`,
    async stop() {
      if (!running.delete(site)) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  running.add(site);
  return site;
}

/** A `public/` folder of a test's own, with the embedded model. */
export async function makePublicFolder(folder: string): Promise<string> {
  await mkdir(join(folder, 'collections'), { recursive: true });
  await symlink(MODELS_FOLDER, join(folder, 'models'));
  return folder;
}

/** A `public/` folder with the demo collection and models that a test may add to. */
export async function copyPublicFolder(folder: string): Promise<string> {
  await mkdir(join(folder, 'collections'), { recursive: true });
  await symlink(join(COLLECTIONS_FOLDER, 'demo'), join(folder, 'collections/demo'));
  await copyFile(join(COLLECTIONS_FOLDER, 'index.json'), join(folder, 'collections/index.json'));
  await cp(MODELS_FOLDER, join(folder, 'models'), { recursive: true });
  return folder;
}

/** A collection of made-up vectors, and the model that answers for them: `random`, whose weights are. */
export interface MadeUp {
  readonly name: string;
  readonly title: string;
  readonly index: 'cells' | 'codes';
  readonly count: number;
  readonly dim: number;
}

/** A `public/` folder in `folder` with such a collection, besides the demo. */
export async function makeCollection(folder: string, { name, title, index, count, dim }: MadeUp): Promise<string> {
  const publicFolder = await copyPublicFolder(join(folder, 'public'));
  const models = join(publicFolder, 'models');
  await script('models/make-random-model.ts', join(folder, 'random'), '--dim', String(dim));
  await addModel({ folder: join(folder, 'random'), modelsFolder: models, id: 'random' });
  const vectors = join(folder, 'vectors.npy');
  await script('bench/synthetic/make.ts', vectors, '--count', String(count), '--dim', String(dim));
  const out = join(publicFolder, 'collections', name);
  const options = ['--models', models, '--model', 'random', '--title', title, '--index', index];
  await script('build-index.ts', '--from-npy', vectors, '--out', out, ...options);
  return publicFolder;
}

/** Unpack a zip file of a collection into a `public/` folder, as a host does, and list it. */
export async function unpackCollection(zip: string, folder: string): Promise<void> {
  const reader = new ZipReader(new BlobReader(new Blob([await readFile(zip)])));
  for (const entry of await reader.getEntries()) {
    if (entry.directory) continue;
    const path = join(folder, 'collections', entry.filename);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await entry.getData(new Uint8ArrayWriter()));
  }
  await reader.close();
  await listCollections(join(folder, 'collections'), () => {});
}

/** Draw some of the demo's pictures as SVG files. */
export async function drawPictures(folder: string, names: readonly string[]): Promise<string> {
  const file = join(ROOT_FOLDER, 'node_modules/@iconify-json/fluent-emoji-flat/icons.json');
  const { icons } = JSON.parse(await readFile(file, 'utf8')) as { icons: Record<string, { body: string }> };
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    const body = icons[name]?.body;
    if (!body) throw new Error(`There is no picture called ${name}.`);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="224" height="224" viewBox="0 0 32 32"><rect width="32" height="32" fill="#fff"/>${body}</svg>`;
    await writeFile(join(folder, `${name}.svg`), svg);
  }
  return folder;
}

/** A script of the repository, from the outside, as a person runs it. */
export async function script(name: string, ...args: readonly string[]): Promise<void> {
  await run(process.execPath, ['--import', 'tsx', join(ROOT_FOLDER, 'scripts', name), ...args], { cwd: ROOT_FOLDER });
}
