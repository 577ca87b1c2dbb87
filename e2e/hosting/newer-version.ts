import { cp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** At the end of the name of every file of code and styles of the newer version. */
export const NEWER = 'newer';

/**
 * A copy of a site as its next version would be: every file of code and styles has another name, and another content, which
 * names the new ones; the document and the service worker can be told from those before. Runtimes and data stay.
 */
export async function writeNewerVersion(site: string, out: string): Promise<void> {
  await cp(site, out, { recursive: true });
  const assets = await readdir(join(out, 'assets'));
  const names = assets.filter((name) => /\.(js|css)$/.test(name) && !/^(onnxruntime|libheif)-/.test(name));
  const renamed = new Map(names.map((name) => [name, name.replace(/\.(js|css)$/, `${NEWER}.$1`)]));
  // A worker's name begins like that of its page's part: the longest first.
  const longest = [...renamed].sort(([a], [b]) => b.length - a.length);
  const rewrite = async (path: string, change: (text: string) => string = (text) => text) => {
    const text = longest.reduce((all, [from, to]) => all.replaceAll(from, to), await readFile(path, 'utf8'));
    await writeFile(path, change(text));
  };
  for (const [from, to] of renamed) {
    await rewrite(join(out, 'assets', from));
    await rename(join(out, 'assets', from), join(out, 'assets', to));
  }
  await rewrite(join(out, 'index.html'), (html) => html.replace('<html ', '<html data-newer '));
  await rewrite(join(out, 'sw.js'), (text) =>
    text.replace(/"revision":"[0-9a-f]+","url":"index\.html"/, '"revision":"newer","url":"index.html"'),
  );
}
