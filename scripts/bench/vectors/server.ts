import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import sirv from 'sirv';
import { SECURITY_HEADERS } from '../../../src/site/headers.ts';
import { dataFolder, queriesFile, ROW_BYTES, vectorsFile } from './data/data.ts';
import type { DataKind, DataSet, EngineId } from './protocol.ts';

/** The isolation headers of the app. Its policy is left out: hnswlib-wasm, as it is published, makes code from strings. */
const { 'Content-Security-Policy': _policy, ...HEADERS } = SECURITY_HEADERS;

/** Where an engine's files for a set lie. */
export const engineFolder = ({ kind, count }: DataSet, engine: EngineId) =>
  join(dataFolder(kind), 'engines', String(count), engine);

/** Serves the page in `site`, vectors, queries and engines' files, which the page also stores here. Any free port. */
export function serveBench(site: string): Promise<Server> {
  const page = sirv(site, { dev: true, extensions: [] });
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    response.setHeader('Cache-Control', 'no-store');
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const answer = request.method === 'PUT' ? store(path, request, response) : send(path, request, response);
    if (answer === undefined) return page(request, response, () => void response.writeHead(404).end());
    answer.catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(404).end();
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** Undefined where the path is one of the page. */
function send(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
  const rows = /^\/vectors\/(structured|isotropic)\/(\d+)\/(\d+)$/.exec(path);
  if (rows) {
    const [first, count] = [Number(rows[2]), Number(rows[3])];
    const range = { start: first * ROW_BYTES, end: (first + count) * ROW_BYTES - 1 };
    return pipeline(createReadStream(vectorsFile(rows[1] as DataKind), range), response);
  }
  const queries = /^\/queries\/(structured|isotropic)$/.exec(path);
  if (queries) return pipeline(createReadStream(queriesFile(queries[1] as DataKind)), response);
  const file = fileOf(path);
  if (!file) return undefined;
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (!range) return pipeline(createReadStream(file), response);
  response.statusCode = 206;
  return pipeline(createReadStream(file, { start: Number(range[1]), end: Number(range[2]) }), response);
}

async function store(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = fileOf(path);
  if (!file) throw new Error(`Nothing is stored at ${path}.`);
  await mkdir(dirname(file), { recursive: true });
  await pipeline(request, createWriteStream(file));
  response.writeHead(204).end();
}

function fileOf(path: string): string | undefined {
  const match = /^\/files\/(structured|isotropic)\/(\d+)\/([a-z0-9-]+)\/([a-z0-9][a-z0-9.-]*)$/.exec(path);
  if (!match) return undefined;
  const set = { kind: match[1] as DataKind, count: Number(match[2]) };
  return join(engineFolder(set, match[3] as EngineId), match[4] as string);
}
