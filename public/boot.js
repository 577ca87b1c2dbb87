// Runs before the first paint and without the bundle: the chosen theme, and whether a server sent the page.
(() => {
  const root = document.documentElement;
  if (location.protocol !== 'file:') root.dataset.served = '';
  try {
    const theme = localStorage.getItem('afterimage-theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  } catch {
    // Storage is blocked: the system's theme it is.
  }
})();
