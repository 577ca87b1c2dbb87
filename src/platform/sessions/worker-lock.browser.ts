/**
 * Hold a Web Lock for as long as this realm lives: the browser releases it when the worker is terminated, closes itself
 * or crashes, which is the only way in which a page can learn of the latter two at once.
 * @returns whether it is held: locks are storage, and where a site may store nothing, no lock is given
 */
export function holdWorkerLock(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const refused = () => resolve(false);
    try {
      const held = navigator.locks.request(name, () => {
        resolve(true);
        return new Promise<never>(() => {});
      });
      held.catch(refused);
    } catch {
      refused();
    }
  });
}
