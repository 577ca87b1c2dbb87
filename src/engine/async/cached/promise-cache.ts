/** Remembers the promises of the most recently used keys. */
export interface PromiseCache<T, Key = string> {
  /** The remembered promise, or that of `load()`, which is remembered until it fails. */
  get(key: Key, load: () => Promise<T>): { readonly value: Promise<T>; readonly cached: boolean };
}

/**
 * A cache of at most `capacity` values; the one that was not asked for the longest leaves first. What is being loaded
 * does not count and never leaves: whoever asks for it meanwhile would load it a second time.
 */
export function createPromiseCache<T, Key = string>(capacity: number): PromiseCache<T, Key> {
  const loading = new Map<Key, Promise<T>>();
  // A Map iterates in the order of insertion: a key that is used moves to the end.
  const loaded = new Map<Key, Promise<T>>();

  function remember(key: Key, value: Promise<T>): void {
    loaded.delete(key);
    loaded.set(key, value);
    for (const oldest of loaded.keys()) {
      if (loaded.size <= capacity) break;
      loaded.delete(oldest);
    }
  }

  function begin(key: Key, value: Promise<T>): void {
    loading.set(key, value);
    value.then(
      () => {
        loading.delete(key);
        remember(key, value);
      },
      () => loading.delete(key),
    );
  }

  return {
    get(key, load) {
      const known = loaded.get(key);
      if (known) remember(key, known);
      const promised = known ?? loading.get(key);
      const value = promised ?? load();
      if (!promised) begin(key, value);
      return { value, cached: promised !== undefined };
    },
  };
}
