import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type HeaderRule, type HeadersFile, headersOf, readHeaderRules } from './header-rules.ts';
import { createLink } from './slow-link.ts';

const compress = promisify(gzip);

/** How a host of static files behaves, as far as a site can notice. */
export interface Behaviour {
  /** Where the folder that was uploaded lies on its origin; `/` at both ends. */
  readonly path?: string;
  /** Where it reads headers from; else it sends none of ours. */
  readonly headersFile?: HeadersFile;
  /** It takes no larger files. */
  readonly maxFileBytes?: number;
  /** It answers with parts of files. */
  readonly ranges?: boolean;
  /** Names of files that it compresses, which changes their length. */
  readonly compresses?: RegExp;
  /** It says of `.gz` files that they are compressed on their way, as some Apaches do: browsers then unpack them. */
  readonly encodesGz?: boolean;
  /** Of what no rule says otherwise. */
  readonly cacheControl?: string;
  /** Without a `404.html` it answers with the app, as if what was asked for were there. */
  readonly appForMissing?: boolean;
  /** It sends `/index.html` to `/`. */
  readonly hidesIndex?: boolean;
  /** Of the line to it. */
  readonly bytesPerSecond?: number;
  readonly latencyMs?: number;
}

/** What was asked for, without the path of the folder. */
export interface Asked {
  readonly path: string;
  readonly status: number;
  /** Of the body, as it was sent. */
  readonly sent: number;
}

export interface EmulatedHost {
  readonly server: Server;
  /** In the order of the answers. */
  readonly asked: readonly Asked[];
  /** Publish another folder in the place of this one, at once and as a whole. @throws Error for what the host refuses */
  deploy(folder: string): Promise<void>;
  /** Called before a path is answered: what a test does in that very moment. */
  before(path: string, work: () => Promise<void>): void;
}

interface Deployment {
  readonly folder: string;
  readonly rules: readonly HeaderRule[];
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** A server that behaves like a host to which `folder` was uploaded; it does not listen yet. */
export async function emulateHost(folder: string, behaviour: Behaviour): Promise<EmulatedHost> {
  const asked: Asked[] = [];
  const moments = new Map<string, () => Promise<void>>();
  const link = createLink(behaviour);
  let current = await deployment(folder, behaviour);

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request, behaviour.path ?? '/');
    const moment = moments.get(path ?? '');
    if (path !== undefined && moments.delete(path)) await moment?.();
    const { status, headers, body } = await reply(request, path, current, behaviour);
    asked.push({ path: path ?? request.url ?? '', status, sent: body.length });
    response.writeHead(status, { ...headers, 'content-length': body.length });
    await link.send(body, response);
  }

  return {
    server,
    asked,
    async deploy(next) {
      current = await deployment(next, behaviour);
    },
    before: (path, work) => void moments.set(path, work),
  };
}

/** @throws Error for what the host refuses */
async function deployment(folder: string, { headersFile, maxFileBytes }: Behaviour): Promise<Deployment> {
  for (const name of await readdir(folder, { recursive: true })) {
    const { size } = await stat(join(folder, name));
    if (maxFileBytes !== undefined && size > maxFileBytes)
      throw new Error(`The host does not take ${name}: ${size} bytes.`);
  }
  return { folder, rules: await readHeaderRules(folder, headersFile) };
}

/** Below the folder; undefined for what lies elsewhere on the origin. */
function pathOf({ url = '/' }: IncomingMessage, root: string): string | undefined {
  const { pathname } = new URL(url, 'http://localhost');
  return pathname.startsWith(root) ? decodeURIComponent(pathname.slice(root.length)) : undefined;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const NOTHING = Buffer.alloc(0);

async function reply(
  request: IncomingMessage,
  path: string | undefined,
  { folder, rules }: Deployment,
  behaviour: Behaviour,
): Promise<Reply> {
  if (path === 'index.html' && behaviour.hidesIndex) {
    return { status: 308, headers: { location: behaviour.path ?? '/' }, body: NOTHING };
  }
  const found =
    path === undefined ? undefined : await read(folder, path === '' || path.endsWith('/') ? `${path}index.html` : path);
  if (!found) return missing(folder, behaviour);
  const own = headersOf(rules, `${behaviour.path ?? '/'}${path}`);
  const headers = {
    'cache-control': behaviour.cacheControl ?? 'max-age=600',
    etag: found.etag,
    ...Object.fromEntries(own),
    'content-type': found.type,
    ...(behaviour.encodesGz && path?.endsWith('.gz') && { 'content-encoding': 'gzip' }),
  };
  if (request.headers['if-none-match'] === found.etag) return { status: 304, headers, body: NOTHING };
  if (behaviour.compresses?.test(found.name) && /\bgzip\b/.test(`${request.headers['accept-encoding']}`)) {
    const body = await compress(found.body, { level: 1 });
    return { status: 200, headers: { ...headers, 'content-encoding': 'gzip', vary: 'accept-encoding' }, body };
  }
  return (
    (behaviour.ranges && partOf(found.body, request.headers.range, headers)) || {
      status: 200,
      headers,
      body: found.body,
    }
  );
}

/** Undefined without a range of the kind `bytes=a-b`: then the whole is the answer. */
function partOf(body: Buffer, range: string | undefined, headers: Reply['headers']): Reply | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (first === undefined || last === undefined) return undefined;
  const part = body.subarray(Number(first), Number(last) + 1);
  const place = `bytes ${first}-${Number(first) + part.length - 1}/${body.length}`;
  return { status: 206, headers: { ...headers, 'content-range': place }, body: part };
}

async function missing(folder: string, { appForMissing }: Behaviour): Promise<Reply> {
  const page = await read(folder, '404.html');
  const app = appForMissing && !page ? await read(folder, 'index.html') : undefined;
  const headers = { 'content-type': TYPES['.html'] as string, 'cache-control': 'no-store' };
  return { status: app ? 200 : 404, headers, body: (page ?? app)?.body ?? Buffer.from('Not found') };
}

async function read(folder: string, name: string) {
  const path = join(folder, normalize(`/${name}`));
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const etag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
  return { name, etag, type: TYPES[extname(name)] ?? 'application/octet-stream', body: await readFile(path) };
}
