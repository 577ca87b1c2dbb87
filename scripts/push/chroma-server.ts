/** A real server of Chroma, from the npm package, for tests and measurements: alone, without telemetry or a network. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT_FOLDER } from '../repository/folders.ts';
import { findPort } from '../serve/find-port.ts';

export interface ChromaServer {
  readonly url: string;
  readonly folder: string;
  /** Gone, as when it crashed; `start` brings it back with what it held. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stopped, and what it held deleted. */
  remove(): Promise<void>;
}

const CLI = join(ROOT_FOLDER, 'node_modules/chromadb/dist/cli.mjs');

/** @param first the first port to try: those of tests that run at the same time are far apart */
export async function startChroma(first: number): Promise<ChromaServer> {
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-chroma-'));
  const port = await findPort(first, '127.0.0.1');
  const url = `http://localhost:${port}`;
  await mkdir(join(folder, 'data'));
  const settings = [
    ...[`port: ${port}`, 'listen_address: "127.0.0.1"', `persist_path: ${JSON.stringify(join(folder, 'data'))}`],
    'cors_allow_origins: ["*"]',
  ];
  const configuration = join(folder, 'chroma.yaml');
  await writeFile(configuration, `${settings.join('\n')}\n`);
  let running: ReturnType<typeof spawn> | undefined;
  const server: ChromaServer = {
    ...{ url, folder },
    async start() {
      running = spawn(process.execPath, [CLI, 'run', configuration], { stdio: 'ignore' });
      await answers(url, running);
    },
    async stop() {
      const ended = running;
      running = undefined;
      if (!ended || ended.exitCode !== null) return;
      const exit = once(ended, 'exit');
      ended.kill('SIGKILL');
      await exit;
    },
    async remove() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

async function answers(url: string, child: ReturnType<typeof spawn>): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`${url}/api/v2/heartbeat`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The server of Chroma ended with the exit code ${child.exitCode}.`);
}
