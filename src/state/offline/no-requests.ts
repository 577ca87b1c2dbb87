/** Longer than from a dynamic import to those that it leads to. */
const QUIET_MS = 700;
const LONGEST_MS = 5000;

/** Resolves when for a while no request of this page has ended, and at the latest after `longestMs`. */
export function noRequests(quietMs = QUIET_MS, longestMs = LONGEST_MS): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(quiet);
      clearTimeout(longest);
      observer.disconnect();
      resolve();
    };
    let quiet = setTimeout(done, quietMs);
    const longest = setTimeout(done, longestMs);
    const observer = new PerformanceObserver(() => {
      clearTimeout(quiet);
      quiet = setTimeout(done, quietMs);
    });
    observer.observe({ type: 'resource' });
  });
}
