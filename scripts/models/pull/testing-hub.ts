/** A server that answers as the Hugging Face hub does: large files by a redirect to another origin, ranges, ETags, gates. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface EmulatedHub {
  readonly origin: string;
  /** Paths that were asked of the hub, and of where it sends people for large files; with the token that came along. */
  readonly asked: { readonly path: string; readonly range: string | undefined; readonly token: string | undefined }[];
  /** Repositories for which it wants a token. */
  readonly gated: Set<string>;
  /** A file, by the end of its path, that breaks off after so many bytes, once. */
  breaksOff: { readonly path: string; readonly bytes: number } | undefined;
  close(): void;
}

/** @param repositories the folder of each, by `owner/name` and revision: `owner/name@revision` */
export async function startHub(repositories: ReadonlyMap<string, string>): Promise<EmulatedHub> {
  const servers: Server[] = [];
  const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
    const server = createServer((request, response) => void answer(request, response));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const note = ({ url = '', headers }: IncomingMessage) =>
    hub.asked.push({ path: url, range: headers.range, token: headers.authorization });
  const send = async (path: string, { headers }: IncomingMessage, response: ServerResponse) => {
    const content = await readFile(path).catch(() => undefined);
    if (!content) return void response.writeHead(404).end('Entry not found');
    const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
    const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
    const start = isSame ? Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0) : 0;
    response.writeHead(start > 0 ? 206 : 200, { ETag: etag, 'Content-Length': content.length - start });
    const { breaksOff } = hub;
    if (!breaksOff || !path.endsWith(breaksOff.path)) return void response.end(content.subarray(start));
    hub.breaksOff = undefined;
    response.write(content.subarray(start, start + breaksOff.bytes), () => setTimeout(() => response.destroy(), 50));
  };
  const large = await listen(async (request, response) => {
    note(request);
    const file = Buffer.from(request.url?.slice(1) ?? '', 'base64url').toString();
    await send(file, request, response);
  });
  const origin = await listen(async (request, response) => {
    note(request);
    const [, repository = '', revision = '', path = ''] =
      /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(decodeURIComponent(request.url ?? '')) ?? [];
    const folder = repositories.get(`${repository}@${revision}`);
    if (hub.gated.has(repository) && !request.headers.authorization) return void response.writeHead(401).end();
    if (folder === undefined) return void response.writeHead(404).end('Repository not found');
    if (!path.endsWith('.onnx')) return send(join(folder, path), request, response);
    response.writeHead(302, { Location: `${large}/${Buffer.from(join(folder, path)).toString('base64url')}` }).end();
  });
  const hub: EmulatedHub = {
    ...{ origin, asked: [], gated: new Set<string>(), breaksOff: undefined },
    close: () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
  return hub;
}
