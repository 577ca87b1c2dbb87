/** A limit on what several pieces of work hold at a time, such as pixels. First come, first served. */
export interface Budget {
  /** Run `work` when there is room for `amount`. What is larger than all of it runs alone. */
  within<T>(amount: number, work: () => Promise<T>): Promise<T>;
}

export function createBudget(total: number): Budget {
  const waiting: { readonly amount: number; begin(): void }[] = [];
  let used = 0;

  const admit = () => {
    for (let next = waiting[0]; next && (used === 0 || used + next.amount <= total); next = waiting[0]) {
      waiting.shift();
      used += next.amount;
      next.begin();
    }
  };
  return {
    async within(amount, work) {
      await new Promise<void>((begin) => {
        waiting.push({ amount, begin });
        admit();
      });
      try {
        return await work();
      } finally {
        used -= amount;
        admit();
      }
    },
  };
}
