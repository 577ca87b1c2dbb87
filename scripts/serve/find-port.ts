import { connect, createServer } from 'node:net';
import { AfterimageError } from '../../src/engine/errors.ts';
import { isReachedAsLocalhost } from './addresses.ts';

/** How many ports after the wanted one are tried. */
const TRIES = 50;
/** This computer answers or refuses at once; what does neither is no program that a page would come from. */
const ANSWER_MS = 500;
/** A browser that is sent to localhost tries both, and stays with the first that answers. */
const LOCALHOST = ['::1', '127.0.0.1'];

/**
 * The first port from `wanted` on that `host` can listen on, and on which no other program answers at an address that we
 * shall be opened by. @throws AfterimageError `usage` when none of the next 50 is.
 */
export async function findPort(wanted: number, host: string): Promise<number> {
  for (let port = wanted; port < wanted + TRIES && port < 65536; port++) {
    if ((await isFree(port, host)) && !(await isAnswered(port, host))) return port;
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

/** Binding alone does not say it: a program may have the other localhost, or all addresses (macOS lets both listen). */
async function isAnswered(port: number, host: string): Promise<boolean> {
  if (!isReachedAsLocalhost(host)) return false;
  return (await Promise.all(LOCALHOST.map((address) => answers(port, address)))).includes(true);
}

/** False also where there is no such address, as without IPv6. */
function answers(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ port, host: address, timeout: ANSWER_MS });
    const end = (answered: boolean) => {
      probe.destroy();
      resolve(answered);
    };
    probe
      .once('connect', () => end(true))
      .once('error', () => end(false))
      // After the answers that have come while this program had no turn.
      .once('timeout', () => setImmediate(end, false));
  });
}
