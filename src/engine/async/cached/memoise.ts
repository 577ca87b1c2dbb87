/** A promise that is made when it is first asked for. */
export interface Memo<T> {
  /** The value; loaded once for all who ask, and again after a failure. */
  get(): Promise<T>;
  /** What was loaded or is being loaded; undefined where nothing was asked for, and after a failure. */
  peek(): Promise<T> | undefined;
  /** The next `get` loads again. */
  forget(): void;
}

export function memoise<T>(load: () => Promise<T>): Memo<T> {
  let running: Promise<T> | undefined;
  return {
    get() {
      if (running) return running;
      const started = load();
      running = started;
      started.catch(() => {
        if (running === started) running = undefined;
      });
      return started;
    },
    peek: () => running,
    forget() {
      running = undefined;
    },
  };
}
