/** Where else a collection is searched: an extension of the manifest, named `remote`. */
import { member } from '../../formats/check.ts';
import type { CollectionManifest } from '../types.ts';
import type { Extensions } from './extensions.ts';

/** How a server measures: `cosine` is 1 − cos, `ip` is 1 − the dot product, `l2` is the squared Euclidean distance. */
export const SPACES = ['cosine', 'ip', 'l2'] as const;
export type Space = (typeof SPACES)[number];

/** A collection of a Chroma server, https://docs.trychroma.com: a single node and the distributed one have the same API. */
export interface RemoteLocation {
  readonly engine: 'chroma';
  /** `http://host:port`, with a path where the server lies below one; without a slash at the end. */
  readonly url: string;
  readonly tenant: string;
  readonly database: string;
  /** Its name there. */
  readonly collection: string;
  readonly space: Space;
}

/** The name of the extension. */
export const REMOTE = 'remote';

/**
 * The section of vectors that stand for such a collection, by which the page tells what a good match is
 * (platform/indexes/remote/sample.ts).
 */
export const SAMPLE = 'sample';

/** What Chroma takes for a name. */
export const REMOTE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,510}[a-zA-Z0-9]$/;

/**
 * What the manifest says of it; undefined where it says nothing, or nothing that can be understood. Untrusted: who asks the
 * server checks what that holds.
 */
export function remoteOf({ extensions }: Pick<CollectionManifest, 'extensions'>): RemoteLocation | undefined {
  const said = member(extensions, REMOTE);
  if (member(said, 'engine') !== 'chroma') return undefined;
  const url = remoteUrl(member(said, 'url'));
  const space = SPACES.find((one) => one === member(said, 'space'));
  const [tenant, database, collection] = ['tenant', 'database', 'collection'].map((name) => nameOf(member(said, name)));
  if (!url || !space || !tenant || !database || !collection) return undefined;
  return { engine: 'chroma', url, tenant, database, collection, space };
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && REMOTE_NAME.test(value) ? value : undefined;
}

/** A host by its name or number, a port, a path: nothing that ends a source of a policy, no user, query or fragment. */
const URL_PARTS =
  /^(https?:\/\/(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?)((?:\/[\w.~-]{1,100}){0,8})\/?$/;

/** The one form of a server's address; undefined for what is none. */
export function remoteUrl(value: unknown): string | undefined {
  const [, origin, path = ''] = (typeof value === 'string' && URL_PARTS.exec(value)) || [];
  return origin === undefined ? undefined : origin.replace(/^(http:.*):80$|^(https:.*):443$/, '$1$2') + path;
}

/** The one origin that the page has to be allowed to talk to. */
export function originOf({ url }: Pick<RemoteLocation, 'url'>): string {
  return (URL_PARTS.exec(url) as RegExpExecArray)[1] as string; // it was checked
}

/** Extensions with the location, or without any. */
export function withRemote(extensions: Extensions | undefined, location: RemoteLocation | null): Extensions {
  const { [REMOTE]: _, ...others } = extensions ?? {};
  return location === null ? others : { ...others, [REMOTE]: { ...location } };
}
