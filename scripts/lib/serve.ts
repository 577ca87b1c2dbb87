import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { IMMUTABLE_CACHE_CONTROL, IMMUTABLE_PATH, SECURITY_HEADERS } from '../../src/headers.ts';
import { openSearchDescription, withOpenSearchLink } from './open-search.ts';

export interface ServeOptions {
  /** Folder of a built site. */
  readonly site: string;
  /** `public/`: its collections and models are served as they are at the moment. */
  readonly publicFolder: string;
  readonly host: string;
  readonly port: number;
}

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Serve a built site with the headers of a good static host. Resolves when it listens. */
export function serve(options: ServeOptions): Promise<Server> {
  const site = files(options.site);
  const data = files(options.publicFolder);
  const local = isLoopback(options.host);
  const server = createServer((request, response) => {
    const path = requestPath(request);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const notFound = () => refuse(response, 404, 'Not found.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD.');
    // Against DNS rebinding: a page elsewhere must not read a local server through a name of its own.
    if (local && !isLocalName(request.headers.host)) return refuse(response, 421, 'Start with --host to serve others.');
    // Folders that start with a dot hold unfinished work.
    if (path === undefined || path.includes('/.')) return notFound();
    if (IMMUTABLE_PATH.test(path.slice(1))) response.setHeader('Cache-Control', IMMUTABLE_CACHE_CONTROL);
    if (/^\/(collections|models)\//.test(path)) return data(request, response, notFound);
    if (path === '/opensearch.xml') return sendOpenSearch(request, response);
    if (path === '/' || path === '/index.html') return void sendPage(options.site, response).catch(notFound);
    return site(request, response, notFound);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve(server));
  });
}

/** Looks at the disk on every request, so that what was added since is there. */
function files(folder: string): Handler {
  return sirv(folder, {
    dev: true,
    etag: true,
    extensions: [],
    setHeaders(response, path) {
      // Models and collections are made of types that no list of media types knows.
      if (/\.(onnx|bin)$/.test(path)) response.setHeader('Content-Type', 'application/octet-stream');
    },
  });
}

async function sendPage(site: string, response: ServerResponse): Promise<void> {
  const html = withOpenSearchLink(await readFile(join(site, 'index.html'), 'utf8'));
  response.writeHead(200, { 'Content-Type': 'text/html;charset=utf-8', 'Cache-Control': 'no-cache' }).end(html);
}

function sendOpenSearch(request: IncomingMessage, response: ServerResponse): void {
  const description = openSearchDescription(`http://${request.headers.host ?? 'localhost'}/`);
  response.writeHead(200, { 'Content-Type': 'application/opensearchdescription+xml' }).end(description);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain;charset=utf-8' }).end(`${text}\n`);
}

/** The decoded path; undefined where it is none. */
function requestPath(request: IncomingMessage): string | undefined {
  try {
    return decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  } catch {
    return undefined;
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** Whether a Host header names this very machine: `localhost`, `*.localhost` or a loopback address. */
export function isLocalName(hostHeader: string | undefined): boolean {
  const name = (hostHeader ?? '')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return isLoopback(name) || name.endsWith('.localhost');
}
