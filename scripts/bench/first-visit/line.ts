import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a visitor's line to the server is like. */
export interface Line {
  readonly bytesPerSecond: number;
  /** From a request to the first byte of its answer, and once more to open a connection. */
  readonly latencyMs: number;
}

/** One answer that went over the line. */
export interface Sent {
  readonly path: string;
  readonly status: number;
  /** Headers and body, as they are on the line. */
  readonly bytes: number;
  /** `Date.now()` when the last byte went. */
  readonly end: number;
}

export interface SlowLine {
  readonly server: Server;
  readonly sent: readonly Sent[];
}

/** Answers on their way take turns with pieces of so many bytes. */
const PIECE_BYTES = 4096;

/**
 * A server on the way to another one, over which all answers share one line. It is the server that waits, not the browser:
 * its own throttling does not reach every request of workers and service workers.
 * @param inner port of the server on this machine that answers
 */
export async function slowLine(inner: number, { bytesPerSecond, latencyMs }: Line): Promise<SlowLine> {
  const sent: Sent[] = [];
  const turn = createTurns(bytesPerSecond);
  const known = new WeakSet<Socket>();
  const answer = async (asked: IncomingMessage, response: ServerResponse) => {
    const connections = known.has(asked.socket) ? 1 : 2;
    known.add(asked.socket);
    await sleep(connections * latencyMs);
    const from = await ask(inner, asked);
    let bytes = headerBytes(from);
    response.writeHead(from.statusCode ?? 500, from.rawHeaders);
    await turn(bytes);
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length && !response.destroyed; at += PIECE_BYTES) {
        const piece = chunk.subarray(at, at + PIECE_BYTES);
        await turn(piece.length);
        response.write(piece);
        bytes += piece.length;
      }
      if (response.destroyed) break;
    }
    response.end();
    sent.push({
      path: new URL(asked.url ?? '/', 'http://x').pathname,
      status: from.statusCode ?? 500,
      bytes,
      end: Date.now(),
    });
  };
  const server = createServer((asked, response) => void answer(asked, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, sent };
}

/** Resolves when so many bytes are over the line, in the order of asking. */
export function createTurns(bytesPerSecond: number, now = () => performance.now(), wait = sleep) {
  let free = now();
  return async (bytes: number): Promise<void> => {
    free = Math.max(free, now()) + (1000 * bytes) / bytesPerSecond;
    const left = free - now();
    if (left > 0) await wait(left);
  };
}

function ask(port: number, { method, url, headers }: IncomingMessage): Promise<IncomingMessage> {
  // A plain host compresses nothing.
  const { 'accept-encoding': _, connection: __, ...others } = headers;
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, method, path: url, headers: others }, resolve).on('error', reject).end();
  });
}

function headerBytes({ rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, text) => sum + text.length + 2, 'HTTP/1.1 200 OK\r\n\r\n'.length);
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
