/**
 * Hold a Web Lock for as long as this realm lives: the browser releases it when the worker is terminated, closes itself
 * or crashes, which is the only way in which a page can learn of the latter two at once. Resolves when it is held.
 */
export async function holdWorkerLock(name: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    navigator.locks
      .request(name, () => {
        resolve();
        return new Promise<never>(() => {});
      })
      .catch(reject);
  });
}
