import { abortable } from '../../../engine/async/abortable.ts';
import { AfterimageError, type ErrorCode, toAfterimageError } from '../../../engine/errors.ts';
import { member } from '../../../engine/formats/check.ts';

export interface RequestOptions {
  /** Milliseconds that one try may take. */
  readonly timeoutMs?: number;
  /** Tries in all, of what the server or the network does not give. */
  readonly tries?: number;
  /** What is waited before the next try; `failures` in a row, from 1. */
  readonly pause?: (failures: number) => Promise<void>;
  readonly fetch?: typeof fetch;
}

/** Longer than a server of a million vectors takes, and so short that three tries end before a person gives up. */
const TIMEOUT_MS = 5000;
const TRIES = 3;
const FIRST_PAUSE_MS = 250;

/** Twice as long after each failure, and up to half as long again, so that many tabs do not come back at one moment. */
function backOff(failures: number): Promise<void> {
  const ms = FIRST_PAUSE_MS * 2 ** (failures - 1) * (1 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export interface AskOptions {
  /** Sent as JSON, by POST; absent: GET. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that a try may take besides, of what is large. */
  readonly extraMs?: number;
}

/** Asks for JSON. */
export type Ask = (path: string, asked?: AskOptions) => Promise<unknown>;

/**
 * Ask a server below `url` for JSON. What is away for now is asked for again, a few times, with growing pauses.
 * @throws AfterimageError `remote-away`, `remote-not-found`, `remote-full`, `remote-refused`, `remote-version`; the signal's reason
 */
export function createAsk(url: string, options: RequestOptions = {}): Ask {
  const { tries = TRIES, pause = backOff } = options;
  return async (path, asked = {}) => {
    const { signal } = asked;
    for (let failures = 1; ; failures++) {
      signal?.throwIfAborted();
      try {
        return await askOnce(url, path, asked, options);
      } catch (error) {
        signal?.throwIfAborted();
        if (failures >= tries || toAfterimageError(error).code !== 'remote-away') throw error;
      }
      await abortable(pause(failures), signal);
    }
  };
}

async function askOnce(
  url: string,
  path: string,
  { body, signal, extraMs = 0 }: AskOptions,
  { timeoutMs = TIMEOUT_MS, fetch: get = fetch }: RequestOptions,
): Promise<unknown> {
  const limit = timeoutMs + extraMs;
  const controller = new AbortController();
  const stop = () => controller.abort();
  const timer = setTimeout(stop, limit);
  signal?.addEventListener('abort', stop);
  let response: Response;
  let text: string;
  try {
    response = await get(url + path, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      // The server learns nothing of the visitor but the numbers that it is asked with.
      ...{ credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store', redirect: 'error' },
      signal: controller.signal,
    });
    text = await response.text();
  } catch (cause) {
    const what = controller.signal.aborted
      ? `did not answer within ${Math.round(limit / 100) / 10} s`
      : 'cannot be reached';
    throw new AfterimageError('remote-away', `${url} ${what}.`, { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
  const answer = parse(text);
  if (!response.ok) throw refusal(url, response.status, answer);
  if (answer !== undefined) return answer;
  throw new AfterimageError('remote-version', `${url} answers, but not as a server of Chroma does.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** With the server's own words, which are untrusted. */
function refusal(url: string, status: number, answer: unknown): AfterimageError {
  const message = member(answer, 'message');
  const said = typeof message === 'string' ? message.slice(0, 200) : '';
  return new AfterimageError(codeOf(status, said), `${url} answered with HTTP ${status}${said && ': '}${said || '.'}`);
}

/** What a single node says, with status 500, of a question that names an id which it has not got. */
const UNKNOWN_ID = /\berror finding id\b/i;

function codeOf(status: number, said: string): ErrorCode {
  if (status === 404) return 'remote-not-found';
  if (status === 410 || status === 405 || status === 501) return 'remote-version';
  if (status === 413 || status === 507) return 'remote-full';
  if (status === 500 && UNKNOWN_ID.test(said)) return 'remote-outdated';
  return status === 408 || status === 429 || status >= 500 ? 'remote-away' : 'remote-refused';
}
