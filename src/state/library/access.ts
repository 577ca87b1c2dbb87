import { type Accessor, createSignal, getOwner, runWithOwner } from 'solid-js';
import type { Library } from './library.ts';

/**
 * The way to the library of the visitor's own pictures. Nothing of it is loaded on a visit that does not use it: no code, no
 * worker, no database.
 */
export interface LibraryAccess {
  /** Undefined until it was loaded. */
  readonly library: Accessor<Library | undefined>;
  /** Pictures were added on this or an earlier visit, and not all deleted. */
  readonly isUsed: Accessor<boolean>;
  /** Load it. What failed is tried again by the next call. */
  load(): Promise<Library>;
}

/** Whether an earlier visit used the library. */
export interface UsedMark {
  read(): boolean;
  write(isUsed: boolean): void;
}

export function createUsedMark(key: string): UsedMark {
  return {
    read() {
      try {
        return localStorage.getItem(key) !== null;
      } catch {
        return false;
      }
    },
    write(isUsed) {
      try {
        if (isUsed) localStorage.setItem(key, '1');
        else localStorage.removeItem(key);
      } catch {
        // Storage is blocked: there is no library either.
      }
    },
  };
}

/** @param create loads the code and makes the library; told whether it is used */
export function createLibraryAccess(
  mark: UsedMark,
  create: (onUsed: (isUsed: boolean) => void) => Promise<() => Library>,
): LibraryAccess {
  const owner = getOwner();
  const [library, setLibrary] = createSignal<Library>();
  const [isUsed, setIsUsed] = createSignal(mark.read());
  let loading: Promise<Library> | undefined;

  const use = (used: boolean) => {
    if (used === isUsed()) return;
    mark.write(used);
    setIsUsed(used);
  };
  async function make(): Promise<Library> {
    const build = await create(use);
    const made = runWithOwner(owner, build);
    if (!made) throw new Error('The library was not made.');
    setLibrary(made);
    return made;
  }

  return {
    library,
    isUsed,
    load() {
      loading ??= make().catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
      return loading;
    },
  };
}
