import { expect, test } from 'vitest';
import { createBudget } from './budget.ts';

test('no more than the budget is in use, what is larger runs alone, and all of it runs', async () => {
  const budget = createBudget(10);
  let used = 0;
  let count = 0;
  const most: number[] = [];
  const work = (amount: number) =>
    budget.within(amount, async () => {
      used += amount;
      count++;
      most.push(used);
      for (let i = 0; i < 5; i++) await Promise.resolve();
      used -= amount;
      return amount;
    });
  const amounts = [4, 4, 4, 25, 1, 9, 2, 0, 10];
  expect(await Promise.all(amounts.map(work))).toEqual(amounts);
  expect(count).toBe(amounts.length);
  expect(most.filter((one) => one > 10)).toEqual([25]);
  expect(Math.max(...most.filter((one) => one <= 10))).toBeGreaterThan(4);
});

test('work that fails gives its room back', async () => {
  const budget = createBudget(1);
  await expect(budget.within(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await budget.within(1, async () => 'yes')).toBe('yes');
});
