import fs from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '../../src/site/headers.ts';
import { isLocalName, serve } from './serve.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let root: string;
let port: number;
let stop: () => void;

/** Not `fetch`, which allows neither a Host of one's own nor a path with `..`. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on('error', reject).end();
  });
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'afterimage-serve-'));
  await mkdir(join(root, 'site/assets'), { recursive: true });
  await mkdir(join(root, 'public/collections/.partial-demo'), { recursive: true });
  await mkdir(join(root, 'public/models/mini'), { recursive: true });
  await writeFile(
    join(root, 'site/index.html'),
    '<head><title>x</title><script data-pictures="./a.bin" src="./boot.js"></script></head>',
  );
  await writeFile(join(root, 'site/assets/a-12345678.js'), 'export {};');
  await writeFile(join(root, 'public/models/mini/text.onnx'), 'weights');
  await writeFile(join(root, 'public/collections/.partial-demo/secret.bin'), 'unfinished');
  await writeFile(join(root, 'secret.txt'), 'outside');
  const server = await serve({
    site: join(root, 'site'),
    publicFolder: join(root, 'public'),
    host: '127.0.0.1',
    port: 0,
  });
  port = (server.address() as AddressInfo).port;
  stop = () => server.close();
});

afterAll(async () => {
  stop();
  await rm(root, { recursive: true });
});

describe('serve', () => {
  it('asks for no pictures of the build: those that are served may be others', async () => {
    expect((await get('/')).body).toContain('<script src="./boot.js">');
  });

  it('answers the page with every header of isolation and policy, and offers its search', async () => {
    const { status, headers, body } = await get('/');
    expect(status).toBe(200);
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect(headers['content-security-policy']).toBe(CONTENT_SECURITY_POLICY);
    expect(body).toContain('rel="search"');
  });

  it('lets hashed files be kept for ever and asks again for the rest', async () => {
    const asset = await get('/assets/a-12345678.js');
    expect(asset.headers['cache-control']).toContain('immutable');
    expect(asset.headers['content-type']).toContain('javascript');
    expect((await get('/models/mini/text.onnx')).headers['cache-control']).toBe('no-cache');
  });

  it('serves a collection that was added after the start', async () => {
    expect((await get('/collections/later/manifest.json')).status).toBe(404);
    await mkdir(join(root, 'public/collections/later'));
    await writeFile(join(root, 'public/collections/later/manifest.json'), '{}');
    expect((await get('/collections/later/manifest.json')).body).toBe('{}');
  });

  it.each([
    '/collections/.partial-demo/secret.bin',
    '/collections/%2epartial-demo/secret.bin',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/collections/..%2f..%2f..%2fsecret.txt',
    '/%E0%A4%A',
    '/nothing',
  ])('does not serve %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it('describes its search with the address that was asked for', async () => {
    const { body } = await get('/opensearch.xml', { host: 'localhost:4173' });
    expect(body).toContain('template="http://localhost:4173/?q={searchTerms}"');
  });

  it('refuses other names for this computer while it serves nobody else, and other methods', async () => {
    expect((await get('/', { host: 'evil.example' })).status).toBe(421);
    expect((await get('/', {}, 'POST')).status).toBe(405);
  });
});

describe('one request', () => {
  afterEach(() => void vi.restoreAllMocks());

  it.each([
    ['bytes=1-3', 206, 'eig'],
    ['bytes=4-', 206, 'hts'],
    ['bytes=4-100', 206, 'hts'],
    ['bytes=7-', 416, ''],
    ...[
      'bytes=10-5',
      'bytes=3-2',
      'bytes=0-0',
      'bytes=0-1,3-4',
      'bytes=-3',
      'bytes=a-b',
      'bytes=1.5-3',
      'lines=0-3',
    ].map((range) => [range, 200, 'weights'] as const),
    ['bytes=0-99999999999999999999', 200, 'weights'],
    ['bytes=99999999999999999999-', 200, 'weights'],
  ] as const)('of the range %s is answered with %i', async (range, status, body) => {
    const answer = await get('/models/mini/text.onnx', { range });
    expect([answer.status, answer.body]).toEqual([status, body]);
  });

  it('that throws is a 500, and the next one is answered', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    // As where the file goes between two looks at it.
    const gone = vi.spyOn(fs, 'statSync').mockImplementation(() => {
      throw new Error('it is gone');
    });
    syncBuiltinESMExports();
    try {
      const failed = await get('/models/mini/text.onnx');
      expect([failed.status, failed.headers['cache-control']]).toEqual([500, 'no-store']);
    } finally {
      gone.mockRestore();
      syncBuiltinESMExports();
    }
    expect(log).toHaveBeenCalledWith(expect.stringMatching(/text\.onnx.*it is gone[\s\S]*serve\.ts/));
    expect((await get('/models/mini/text.onnx')).body).toBe('weights');
  });

  // A socket is there, is no folder and cannot be opened, whoever asks.
  it.skipIf(process.platform === 'win32')('for a file that cannot be read is cut off alone', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const socket = createServer();
    await new Promise<void>((resolve) => socket.listen(join(root, 'public/models/mini/s.bin'), resolve));
    try {
      await expect(get('/models/mini/s.bin')).rejects.toThrow(/hang up|aborted/);
    } finally {
      socket.close();
    }
    expect(log).toHaveBeenCalledWith(expect.stringContaining('ENXIO'));
    expect((await get('/models/mini/text.onnx')).body).toBe('weights');
  });

  it.skipIf(process.platform !== 'linux')('that is broken off does not leave its file open', async () => {
    const path = join(root, 'public/models/mini/large.bin');
    await writeFile(path, Buffer.alloc(32 << 20));
    const open = () =>
      fs.readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return fs.readlinkSync(`/proc/self/fd/${fd}`) === fs.realpathSync(path);
        } catch {
          return false;
        }
      }).length;
    await new Promise<void>((resolve) => {
      request({ host: '127.0.0.1', port, path: '/models/mini/large.bin' }, (response) => {
        expect(open()).toBe(1);
        response.destroy();
        resolve();
      }).end();
    });
    await expect.poll(open).toBe(0);
  });
});

it.each([
  ['localhost', true],
  ['localhost:4173', true],
  ['app.localhost:1', true],
  ['127.0.0.1:80', true],
  ['[::1]:80', true],
  ['localhost.example', false],
  ['192.168.1.7', false],
  [undefined, false],
])('isLocalName(%s) is %s', (name, expected) => {
  expect(isLocalName(name)).toBe(expected);
});
