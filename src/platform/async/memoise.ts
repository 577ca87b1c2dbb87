export interface Memo<T> {
  /** The value; loaded once for all who ask, and again after a failure. */
  get(): Promise<T>;
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
    forget() {
      running = undefined;
    },
  };
}
