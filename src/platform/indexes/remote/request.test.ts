import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createAsk, type RequestOptions } from './request.ts';

const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serveAt(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers the n-th request with the n-th of these, and all later ones with the last. */
async function serveStatuses(...statuses: number[]) {
  let asked = 0;
  const url = await serveAt((_, response) => {
    const status = statuses[Math.min(asked++, statuses.length - 1)] as number;
    response.writeHead(status).end(JSON.stringify(status === 200 ? { fine: true } : { message: 'Because of that' }));
  });
  return { url, asked: () => asked };
}

const pauses: number[] = [];
const quick: RequestOptions = {
  pause: async (failures) => {
    pauses.push(failures);
  },
};

test('sends JSON, and nothing that tells who asks', async () => {
  const seen: unknown[] = [];
  const url = await serveAt((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { cookie, referer } = request.headers;
      seen.push(request.method, request.url, Buffer.concat(chunks).toString(), cookie, referer);
      response.end('[1]');
    });
  });
  expect(await createAsk(url)('/api', { body: { a: 1 } })).toEqual([1]);
  expect(seen).toEqual(['POST', '/api', '{"a":1}', undefined, undefined]);
});

describe('what is away for now', () => {
  test.each([408, 429, 500, 503])('is asked for again after HTTP %s, with growing pauses', async (status) => {
    pauses.length = 0;
    const { url, asked } = await serveStatuses(status, status, 200);
    expect(await createAsk(url, quick)('/x')).toEqual({ fine: true });
    expect(asked()).toBe(3);
    expect(pauses).toEqual([1, 2]);
  });

  test('is not asked for for ever', async () => {
    const { url, asked } = await serveStatuses(503);
    await expect(createAsk(url, quick)('/x')).rejects.toMatchObject({
      code: 'remote-away',
      message: expect.stringContaining('HTTP 503: Because of that'),
    });
    expect(asked()).toBe(3);
  });

  test('is a server that is not there', async () => {
    const url = await serveAt(() => {});
    running[0]?.close();
    await expect(createAsk(url, quick)('/x')).rejects.toMatchObject({
      code: 'remote-away',
      message: expect.stringContaining('cannot be reached'),
    });
  });

  test('is a server that says nothing', async () => {
    let asked = 0;
    const silent = (_: unknown, { signal }: RequestInit = {}) =>
      new Promise<Response>((_, reject) => {
        asked++;
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    const ask = createAsk('http://x', { ...quick, fetch: silent as typeof fetch, timeoutMs: 1, tries: 2 });
    await expect(ask('/x')).rejects.toMatchObject({ code: 'remote-away', message: expect.stringContaining('within') });
    expect(asked).toBe(2);
  });

  test('is a server that stops in the middle of an answer', async () => {
    const url = await serveAt((_, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('{"half":', () => response.destroy());
    });
    await expect(createAsk(url, quick)('/x')).rejects.toMatchObject({ code: 'remote-away' });
  });
});

test.each([
  [404, 'remote-not-found'],
  [405, 'remote-version'],
  [413, 'remote-full'],
  [507, 'remote-full'],
  [400, 'remote-refused'],
  [401, 'remote-refused'],
] as const)('HTTP %s is not asked for again: %s', async (status, code) => {
  const { url, asked } = await serveStatuses(status);
  await expect(createAsk(url, quick)('/x')).rejects.toMatchObject({ code });
  expect(asked()).toBe(1);
});

test('another program at that address is not taken for a server', async () => {
  const url = await serveAt((_, response) => void response.end('<!doctype html>'));
  await expect(createAsk(url, quick)('/x')).rejects.toMatchObject({ code: 'remote-version' });
});

describe('a signal', () => {
  test('ends a request with its reason, and the server is told', async () => {
    let closed = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const controller = new AbortController();
    const reason = new Error('Another was asked for.');
    const url = await serveAt((request) => {
      request.socket.on('close', closed);
      controller.abort(reason);
    });
    await expect(createAsk(url, quick)('/x', { signal: controller.signal })).rejects.toBe(reason);
    await gone;
  });

  test('ends a pause', async () => {
    const { url, asked } = await serveStatuses(503);
    const controller = new AbortController();
    const reason = new Error('Another was asked for.');
    const pause = () => {
      controller.abort(reason);
      return new Promise<never>(() => {});
    };
    await expect(createAsk(url, { pause })('/x', { signal: controller.signal })).rejects.toBe(reason);
    expect(asked()).toBe(1);
  });
});
