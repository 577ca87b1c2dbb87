import { type Accessor, createSignal } from 'solid-js';
import type { LibraryClient } from '../../client/library-client.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { Query } from '../../engine/query/query.ts';
import type { CollectionInfo, SearchContext } from '../../protocol/query-worker.ts';

/** A picture that is searched for and in no collection. */
export interface AskedPicture {
  readonly sha256: string;
  /** Of its file; untrusted. */
  readonly name: string;
  readonly file: Blob;
  /** Address of a small copy. */
  readonly thumbnail: string;
}

type Vectors = NonNullable<SearchContext['pictures']>;
type Embedding = Vectors extends ReadonlyMap<string, infer E> ? E : never;

/** Pictures that were searched for, for as long as the page is there: no link and no database holds them. */
export interface AskedPictures {
  /** The newest first. */
  readonly recent: Accessor<readonly AskedPicture[]>;
  /** Undefined: it is not at hand. */
  get(sha256: string): AskedPicture | undefined;
  /** Look at a picture, and remember it. @throws AfterimageError */
  take(file: Blob, name: string): Promise<AskedPicture>;
  /**
   * The embeddings of a query's pictures, by the model of the open collection, as far as they are at hand.
   * @throws AfterimageError
   */
  vectorsOf(query: Query): Promise<Vectors>;
}

/** So many are remembered. */
const MOST = 20;

export function createAskedPictures(
  embed: LibraryClient['embed'],
  collection: Accessor<CollectionInfo | undefined>,
): AskedPictures {
  const [recent, setRecent] = createSignal<readonly AskedPicture[]>([]);
  /** By model and picture: each model sees another thing in it. */
  const embeddings = new Map<string, Promise<Embedding>>();
  const get = (sha256: string) => recent().find((picture) => picture.sha256 === sha256);
  const look = (file: Blob) => {
    const manifest = collection()?.manifest;
    if (!manifest) throw new AfterimageError('collection-not-found', 'No collection is open. Choose one.');
    const { model, dim } = manifest;
    return { key: (sha256: string) => `${model.sha256} ${sha256}`, found: embed(file, { model, dim }) };
  };

  const remember = (picture: AskedPicture) => {
    const known = get(picture.sha256);
    const [kept, old] = split([picture, ...recent().filter((one) => one !== known)], MOST);
    for (const { thumbnail } of [...old, ...(known ? [known] : [])]) URL.revokeObjectURL(thumbnail);
    for (const { sha256 } of old) {
      for (const key of embeddings.keys()) if (key.endsWith(sha256)) embeddings.delete(key);
    }
    setRecent(kept);
  };

  const embeddingOf = ({ sha256, file }: AskedPicture): Promise<Embedding> => {
    const { model } = collection()?.manifest ?? {};
    const known = embeddings.get(`${model?.sha256} ${sha256}`);
    if (known) return known;
    const { key, found } = look(file);
    const embedding = found.then((one) => one.embedding);
    embeddings.set(key(sha256), embedding);
    embedding.catch(() => embeddings.delete(key(sha256)));
    return embedding;
  };

  return {
    recent,
    get,
    async take(file, name) {
      const { key, found } = look(file);
      const { sha256, embedding, thumbnail } = await found;
      embeddings.set(key(sha256), Promise.resolve(embedding));
      const picture = { sha256, name, file, thumbnail: URL.createObjectURL(thumbnail) };
      remember(picture);
      return picture;
    },
    async vectorsOf({ terms }) {
      const pictures = terms.flatMap((term) => (term.kind === 'picture' ? (get(term.sha256) ?? []) : []));
      const found = await Promise.all(
        pictures.map(async (picture) => [picture.sha256, await embeddingOf(picture)] as const),
      );
      return new Map(found);
    },
  };
}

function split<T>(all: readonly T[], at: number): readonly [readonly T[], readonly T[]] {
  return [all.slice(0, at), all.slice(at)];
}
