/** What `pnpm push` is asked for. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { originOf, REMOTE_NAME, remoteUrl, SPACES, type Space } from '../../src/engine/collection/extensions/remote.ts';
import { parseChoice, parseOptions, usage } from '../cli/cli.ts';
import { COLLECTIONS_FOLDER } from '../repository/folders.ts';
import type { ServerAddress } from './server.ts';

export interface PushCommand {
  /** Of the collection. */
  readonly folder: string;
  readonly json: boolean;
  /** Undefined: search the collection in the page again. */
  readonly target: PushTarget | undefined;
}

export interface PushTarget {
  readonly address: ServerAddress;
  /** Of the collection there; undefined: as here. */
  readonly name: string | undefined;
  readonly space: Space | undefined;
  /** Where the page finds the server. */
  readonly servedAt: string;
}

const text = { type: 'string' } as const;
const OPTIONS = {
  ...{ to: text, name: text, space: text, 'served-at': text, tenant: text, database: text },
  header: { type: 'string', multiple: true },
  forget: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** @throws AfterimageError `usage` */
export function parsePushCommand(args: readonly string[]): PushCommand {
  const { values, positionals } = parseOptions(args, OPTIONS);
  const [named, ...more] = positionals;
  if (named === undefined || more.length > 0) throw usage('push takes the folder, or the name, of one collection');
  const command = { folder: folderOf(named), json: values.json === true };
  if (values.forget) return { ...command, target: undefined };
  if (values.to === undefined) throw usage('--to is missing, for example --to http://localhost:8000');
  const url = serverUrl(values.to, '--to');
  if (url !== originOf({ url })) throw usage('--to takes a server without a path; --served-at may have one');
  const space = values.space === undefined ? undefined : parseChoice(values.space, '--space', SPACES);
  const tenant = checkedName(values.tenant ?? 'default_tenant');
  const database = checkedName(values.database ?? 'default_database');
  const name = values.name === undefined ? undefined : checkedName(values.name);
  const servedAt = values['served-at'] === undefined ? url : serverUrl(values['served-at'], '--served-at');
  return {
    ...command,
    target: { address: { url, tenant, database, headers: headersOf(values.header) }, name, space, servedAt },
  };
}

function folderOf(named: string): string {
  const known = join(COLLECTIONS_FOLDER, named);
  return !/[\\/]/.test(named) && !existsSync(named) && existsSync(known) ? known : named;
}

function serverUrl(value: string, option: string): string {
  const url = remoteUrl(value);
  if (url !== undefined) return url;
  throw usage(`${option} takes the address of a server in lower case, as http://localhost:8000, not "${value}"`);
}

/** @throws AfterimageError `usage` for what Chroma would refuse */
export function checkedName(name: string): string {
  if (REMOTE_NAME.test(name)) return name;
  throw usage(
    `"${name}" is no name for Chroma: 3 to 512 letters a-z and A-Z, digits, ".", "_", "-", with a letter or digit at both ends. Give --name`,
  );
}

function headersOf(given: readonly string[] = []): Record<string, string> {
  const pairs = given.map((header) => {
    const [, name, value] = /^([\w-]+):\s*(.+)$/.exec(header) ?? [];
    if (name === undefined || value === undefined) throw usage(`--header takes "name: value", not "${header}"`);
    return [name, value] as const;
  });
  return Object.fromEntries(pairs);
}
