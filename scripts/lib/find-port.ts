import { createServer } from 'node:net';
import { AfterimageError } from '../../src/engine/errors.ts';

/** How many ports after the wanted one are tried. */
const TRIES = 50;

/** The first free port from `wanted` on. @throws AfterimageError `usage` when none of the next 50 is. */
export async function findPort(wanted: number, host: string): Promise<number> {
  for (let port = wanted; port < wanted + TRIES && port < 65536; port++) {
    if (await isFree(port, host)) return port;
  }
  throw new AfterimageError('usage', `No free port from ${wanted} on. Name another one with --port.`);
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(new AfterimageError('usage', `Cannot listen on ${host}: ${error.message}.`, { cause: error }));
    });
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
