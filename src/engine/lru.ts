/** Remembers the promises of the most recently used keys. */
export interface PromiseCache<T> {
  /** The remembered promise, or that of `load()`, which is remembered until it fails. */
  get(key: string, load: () => Promise<T>): { readonly value: Promise<T>; readonly cached: boolean };
}

/** A cache of at most `capacity` promises; the one that was not asked for the longest leaves first. */
export function createPromiseCache<T>(capacity: number): PromiseCache<T> {
  // A Map iterates in the order of insertion: a key that is used moves to the end.
  const entries = new Map<string, Promise<T>>();

  function remember(key: string, value: Promise<T>): void {
    entries.delete(key);
    entries.set(key, value);
    for (const oldest of entries.keys()) {
      if (entries.size <= capacity) break;
      entries.delete(oldest);
    }
  }

  return {
    get(key, load) {
      const known = entries.get(key);
      const value = known ?? load();
      remember(key, value);
      if (known === undefined) {
        value.catch(() => {
          if (entries.get(key) === value) entries.delete(key);
        });
      }
      return { value, cached: known !== undefined };
    },
  };
}
