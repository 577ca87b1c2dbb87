/** What was used last, as long as it takes no more than so many bytes. */
export interface ByteCache<T> {
  /** Of what is held: bytes. */
  readonly bytes: number;
  /** What is held under the key, which counts as used. */
  get(key: number): T | undefined;
  /** Hold it: what was not used the longest leaves for it. What is larger than all that there is room for is not held. */
  put(key: number, value: T, bytes: number): void;
  /** The keys of what is held. */
  keys(): number[];
  clear(): void;
}

export function createByteCache<T>(limit: number): ByteCache<T> {
  // A Map iterates in the order of insertion: a key that is used moves to the end.
  const held = new Map<number, { readonly value: T; readonly bytes: number }>();
  let total = 0;
  const drop = (key: number) => {
    total -= held.get(key)?.bytes ?? 0;
    held.delete(key);
  };
  return {
    get bytes() {
      return total;
    },
    get(key) {
      const found = held.get(key);
      if (!found) return undefined;
      held.delete(key);
      held.set(key, found);
      return found.value;
    },
    put(key, value, bytes) {
      drop(key);
      if (bytes > limit) return;
      held.set(key, { value, bytes });
      total += bytes;
      for (const oldest of held.keys()) {
        if (total <= limit) break;
        drop(oldest);
      }
    },
    keys: () => [...held.keys()],
    clear() {
      held.clear();
      total = 0;
    },
  };
}
