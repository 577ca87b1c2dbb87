import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import sirv from 'sirv';
import { IMMUTABLE_CACHE_CONTROL, IMMUTABLE_PATH, securityHeaders } from '../../src/site/headers.ts';
import { escapeLines } from '../cli/printable.ts';
import { withoutHint } from '../site/hint-pictures.ts';
import { openSearchDescription, withOpenSearchLink } from '../site/origin/open-search.ts';
import { remotesOf } from '../site/out-folder.ts';

export interface ServeOptions {
  /** Folder of a built site. */
  readonly site: string;
  /** `public/`: its collections and models are served as they are at the moment. */
  readonly publicFolder: string;
  readonly host: string;
  readonly port: number;
}

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * Serve a built site with the headers of a good static host. Resolves when it listens. No request ends the process: what
 * goes wrong with one is said on stderr and costs that one its answer.
 */
export async function serve(options: ServeOptions): Promise<Server> {
  const answer = createAnswer(options, await remotesOf(options.site));
  const server = createServer((request, response) => {
    const failed = (error: unknown) => fail(request, response, error);
    response.on('pipe', (source: Readable) => {
      // sirv pipes a file without looking after it: unread errors end the process, unread files stay open.
      source.on('error', failed);
      response.once('close', () => source.destroy());
    });
    try {
      answer(request, response);
    } catch (error) {
      failed(error);
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve(server));
  });
}

/** What answers a request. @throws Error of whatever kind: a file may go while it is looked at. */
function createAnswer(options: ServeOptions, remotes: readonly string[]): RequestListener {
  const headers = Object.entries(securityHeaders(remotes));
  const site = files(options.site);
  const data = files(options.publicFolder);
  const local = isLoopback(options.host);
  return (request, response) => {
    const path = requestPath(request);
    for (const [name, value] of headers) response.setHeader(name, value);
    const notFound = () => refuse(response, 404, 'Not found.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD.');
    // Against DNS rebinding: a page elsewhere must not read a local server through a name of its own.
    if (local && !isLocalName(request.headers.host)) return refuse(response, 421, 'Start with --host to serve others.');
    // Folders that start with a dot hold unfinished work.
    if (path === undefined || /[\\/]\./.test(path)) return notFound();
    if (!isPlainRange(request.headers.range)) delete request.headers.range;
    if (IMMUTABLE_PATH.test(path.slice(1))) response.setHeader('Cache-Control', IMMUTABLE_CACHE_CONTROL);
    if (/^\/(collections|models)\//.test(path)) return data(request, response, notFound);
    if (path === '/opensearch.xml') return sendOpenSearch(request, response);
    if (path === '/' || path === '/index.html') return void sendPage(options, response).catch(notFound);
    return site(request, response, notFound);
  };
}

/**
 * Whether sirv reads a Range header aright: `bytes=a-b` or `bytes=a-`. Others are valid too (several ranges, the end of a
 * file), but a server may pass over any and send the whole (RFC 9110, section 14.2).
 */
function isPlainRange(header: string | undefined): boolean {
  const [, first = '', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  const [start, end] = [Number(first), last === '' ? Number(first) : Number(last)];
  // 0-0 sirv takes for 0-.
  return first !== '' && start <= end && Number.isSafeInteger(end) && (last === '' || end > 0);
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

async function sendPage(
  { site, publicFolder }: Pick<ServeOptions, 'site' | 'publicFolder'>,
  response: ServerResponse,
): Promise<void> {
  const built = await readFile(join(site, 'index.html'), 'utf8');
  const html = withOpenSearchLink(publicFolder === site ? built : withoutHint(built));
  response.writeHead(200, { 'Content-Type': 'text/html;charset=utf-8', 'Cache-Control': 'no-cache' }).end(html);
}

function sendOpenSearch(request: IncomingMessage, response: ServerResponse): void {
  const description = openSearchDescription(`http://${request.headers.host ?? 'localhost'}/`);
  response.writeHead(200, { 'Content-Type': 'application/opensearchdescription+xml' }).end(description);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  // It may be here a moment later, and where it is, immutable.
  const headers = { 'Content-Type': 'text/plain;charset=utf-8', 'Cache-Control': 'no-store' };
  response.writeHead(status, headers).end(`${text}\n`);
}

/** A stack where the code threw; of a file that could not be read, which throws elsewhere, the system's one line. */
function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(escapeLines(`${request.url}: ${reason}`));
  // What has been promised in headers cannot be taken back: cut short, the answer is at least no whole one.
  if (response.headersSent) response.destroy();
  else refuse(response, 500, 'This cannot be served; the terminal says why.');
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
