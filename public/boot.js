// Runs before the first paint and without the bundle: the chosen theme, whether a server sent the page, and what to do
// where the bundle does not come.
(() => {
  const root = document.documentElement;
  if (location.protocol !== 'file:') root.dataset.served = '';
  try {
    const theme = localStorage.getItem('afterimage-theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  } catch {
    // Storage is blocked: the system's theme it is.
  }

  // The list of pictures, which the build names: the browser keeps it for the worker that asks for it once it runs.
  const { pictures } = document.currentScript.dataset;
  const isFirstVisit = !navigator.serviceWorker?.controller && !new URLSearchParams(location.search).has('c');
  if (pictures && isFirstVisit) {
    fetch(pictures)
      .then((response) => response.arrayBuffer())
      .catch(() => {}); // whoever needs it is told
  }

  // As when a new version is published between this document and its scripts: the server has the old ones no longer.
  const sayFailed = () => {
    root.dataset.failed = '';
    for (const other of document.querySelectorAll('.static-old, .static-disk')) other.hidden = true;
    const failed = document.querySelector('.static-failed');
    if (!failed) return;
    failed.hidden = false;
    failed.querySelector('button').addEventListener('click', () => location.reload());
  };
  // A script that does not load tells its element alone.
  const onError = ({ target }) => {
    if (!(target instanceof HTMLScriptElement) || location.protocol === 'file:') return;
    if (document.readyState !== 'loading') sayFailed();
    else addEventListener('DOMContentLoaded', sayFailed, { once: true });
  };
  addEventListener('error', onError, { capture: true });
})();
