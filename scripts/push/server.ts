/** A Chroma server through its official client, with errors of ours. */
import { ChromaClient, type Collection } from 'chromadb';
import { AfterimageError, type ErrorCode } from '../../src/engine/errors.ts';

export interface ServerAddress {
  /** `http://host:port`. */
  readonly url: string;
  readonly tenant: string;
  readonly database: string;
  /** Sent with every request, such as a token; kept nowhere. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Server extends ServerAddress {
  readonly client: ChromaClient;
  readonly version: string;
  /** Records that it takes in one request. */
  readonly maxBatch: number;
}

/** What a whole request may weigh: servers take 40 MB unless they are told otherwise. */
const MAX_BODY_BYTES = 16e6;
/** Of one number in JSON, of the rest of one record. */
const [NUMBER_BYTES, RECORD_BYTES] = [13, 600];

const TRIES = 4;
const FIRST_PAUSE_MS = 500;

/**
 * Reach a server and ask for its limits.
 * @throws AfterimageError `remote-away`, `remote-version` for what is no server of Chroma with the API of version 2
 */
export async function reachServer(address: ServerAddress): Promise<Server> {
  const { hostname, port, protocol } = new URL(address.url);
  const ssl = protocol === 'https:';
  const client = new ChromaClient({
    ...{ host: hostname, port: port === '' ? (ssl ? 443 : 80) : Number(port), ssl },
    ...{ tenant: address.tenant, database: address.database, headers: { ...address.headers } },
  });
  const at = (error: unknown) => toRemoteError(error, address.url);
  try {
    const version: unknown = await client.version();
    const maxBatch: unknown = await client.getMaxBatchSize();
    if (typeof version !== 'string' || typeof maxBatch !== 'number' || !(maxBatch >= 1)) throw noChroma(address.url);
    return { ...address, client, version, maxBatch };
  } catch (error) {
    const coded = at(error);
    const isOther = coded.code === 'remote-not-found' || coded.code === 'internal';
    throw isOther ? noChroma(address.url, error) : coded;
  }
}

function noChroma(url: string, cause?: unknown): AfterimageError {
  const message = `${url} answers, but not as a server of Chroma does that has the API of version 2 (Chroma 0.6 or newer).`;
  return new AfterimageError('remote-version', message, { cause });
}

/** Records of so many dimensions in one request. */
export function batchSize({ maxBatch }: Pick<Server, 'maxBatch'>, dim: number): number {
  return Math.max(1, Math.min(maxBatch, Math.floor(MAX_BODY_BYTES / (NUMBER_BYTES * dim + RECORD_BYTES))));
}

/** The collection of that name; undefined where there is none. @throws AfterimageError as `asked` */
export async function findCollection(server: Server, name: string): Promise<Collection | undefined> {
  try {
    return await asked(server, () => server.client.getCollection({ name }));
  } catch (error) {
    if (error instanceof AfterimageError && error.code === 'remote-not-found') return undefined;
    throw error;
  }
}

/**
 * Ask, and ask again, with growing pauses, while the server or the network is away.
 * @throws AfterimageError `remote-away`, `remote-full`, `remote-not-found`, `remote-refused`; the signal's reason
 */
export async function asked<T>(
  { url }: Pick<Server, 'url'>,
  ask: () => Promise<T>,
  signal?: AbortSignal,
  pauseMs = FIRST_PAUSE_MS,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      const coded = toRemoteError(error, url);
      if (coded.code !== 'remote-away' || tries >= TRIES) throw coded;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** (tries - 1)));
  }
}

/** By the names of the client's errors, which say less than their messages. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  ChromaConnectionError: 'remote-away',
  ChromaRateLimitError: 'remote-away',
  ChromaServerError: 'remote-away',
  ChromaNotFoundError: 'remote-not-found',
  ChromaQuotaExceededError: 'remote-full',
  ChromaUnauthorizedError: 'remote-refused',
  ChromaForbiddenError: 'remote-refused',
  ChromaClientError: 'remote-refused',
  ChromaValueError: 'remote-refused',
  ChromaUniqueError: 'remote-refused',
  InvalidArgumentError: 'remote-refused',
};
/** What SQLite, the system and proxies say when there is no room. */
const FULL = /disk (is )?full|no space|quota|413|507|insufficient storage|too large/i;

function toRemoteError(error: unknown, url: string): AfterimageError {
  if (error instanceof AfterimageError) return error;
  const { name, message } = error as Error;
  const known = CODES[name];
  const options = { cause: error };
  if (known === undefined) return new AfterimageError('internal', `${url}: ${name}: ${message}`, options);
  if (known !== 'remote-not-found' && FULL.test(message)) {
    return new AfterimageError('remote-full', `${url} has no room for more: ${short(message)}`, options);
  }
  if (name === 'ChromaConnectionError') return new AfterimageError('remote-away', `${url} cannot be reached.`, options);
  return new AfterimageError(known, `${url} answered: ${short(message)}`, options);
}

function short(message: string): string {
  return message.slice(0, 300);
}
