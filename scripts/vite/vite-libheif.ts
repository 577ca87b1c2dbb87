import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';

const MODULE = 'virtual:libheif';
const GLUE = `${MODULE}/glue.js`;
const FOLDER = dirname(createRequire(import.meta.url).resolve('libheif-js/libheif-wasm/libheif.wasm'));
/** The module that stands for the package in a bundle, and where that is. */
export const LIBHEIF = { module: `\0${MODULE}`, folder: dirname(FOLDER) } as const;

/**
 * `virtual:libheif`: addresses of libheif's own two files, emitted as hashed assets and never bundled into ours: it is under the
 * LGPL, and whoever wants to may put another build in their place. The script is as it is published, with a line behind it that
 * makes a module of it. Needed among `plugins` and `worker.plugins`.
 */
export function libheif(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'afterimage:libheif',
    configResolved(resolved) {
      config = resolved;
    },
    resolveId: (id) => (id === MODULE || id === GLUE ? `\0${id}` : undefined),
    async load(id) {
      if (id === `\0${GLUE}`) return readGlue();
      if (id !== `\0${MODULE}`) return undefined;
      const [glue, wasm] = await Promise.all([readGlue(), readFile(join(FOLDER, 'libheif.wasm'))]);
      const sha256 = sha256Of(wasm);
      // In two pieces, so that Vite does not take it for the address of an asset.
      const served = (path: string) => `new URL('/' + ${JSON.stringify(path)}, import.meta.url).href`;
      const emit = (source: string | Uint8Array, extension: string) => {
        const fileName = `assets/libheif-${sha256Of(source).slice(0, 16)}.${extension}`;
        return `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', fileName, source })}`;
      };
      const isServed = config.command === 'serve';
      const start = isServed ? served(`@id/__x00__${GLUE}`) : emit(glue, 'js');
      const url = isServed ? served(`@fs/${join(FOLDER, 'libheif.wasm')}`) : emit(wasm, 'wasm');
      return `export const libheif = { start: ${start}, wasm: { url: ${url}, bytes: ${wasm.length}, sha256: '${sha256}' } };`;
    },
  };
}

async function readGlue(): Promise<string> {
  return `${await readFile(join(FOLDER, 'libheif.js'), 'utf8')}\nexport default libheif;\n`;
}

function sha256Of(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
