/** Runs until it is stopped or its time is over. */
export interface StallTimer {
  /** Something moved: the time begins anew. */
  moved(): void;
  stop(): void;
}

/** Calls `onStall` when nothing has moved for `ms` milliseconds. */
export function createStallTimer(ms: number, onStall: () => void): StallTimer {
  let timer = setTimeout(onStall, ms);
  const stop = () => clearTimeout(timer);
  return {
    moved() {
      stop();
      timer = setTimeout(onStall, ms);
    },
    stop,
  };
}

/** What `promise` comes to, or what `onLate` returns or throws when that takes longer than `ms` milliseconds. */
export function withTimeLimit<T, Late>(ms: number, promise: Promise<T>, onLate: () => Late): Promise<T | Late> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  }).then(onLate);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
