import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defaultClientConditions, type Plugin, type ResolvedConfig } from 'vite';
import { packedPath } from '../../src/engine/ports.ts';
import { packRuntime } from './pack-runtime.ts';

const MODULE = 'virtual:onnxruntime';
const RESOLVED = `\0${MODULE}`;
const FOLDER = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));

/**
 * The two builds of onnxruntime that are shipped. The one without WebGPU is 2.5 MB smaller; of those with WebGPU the
 * asyncify build is over the 25 MiB a file that Cloudflare Pages takes, so there is WebGPU only where JSPI is.
 */
const BUILDS = { wasm: 'ort-wasm-simd-threaded', webgpu: 'ort-wasm-simd-threaded.jspi' } as const;

/**
 * `virtual:onnxruntime`: addresses of onnxruntime's own files, emitted as hashed assets, with the length and SHA-256 of
 * the wasm, so that it is read, verified and cached like a part of a model; and of a module for each that stands in for
 * its glue. Needed among `plugins` and `worker.plugins`.
 */
export function onnxruntime(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'afterimage:onnxruntime',
    // Without this condition onnxruntime-web is resolved to a build whose own copy of the wasm is emitted besides ours.
    config: () => ({ resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] } }),
    configResolved(resolved) {
      config = resolved;
    },
    resolveId: (id) => (id === MODULE || id.startsWith(`${MODULE}/`) ? `\0${id}` : undefined),
    async load(id) {
      if (id.startsWith(`${RESOLVED}/`)) return startModule(`/@fs/${join(FOLDER, id.slice(RESOLVED.length + 1))}`);
      if (id !== RESOLVED) return undefined;
      // Vite would look for the file that the address names.
      const served = (path: string) => `new URL(/* @vite-ignore */ ${JSON.stringify(path)}, import.meta.url).href`;
      const emit = (fileName: string, source: string | Uint8Array) =>
        `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', fileName: `assets/${fileName}`, source })}`;
      const entries = Object.entries(BUILDS).map(async ([device, build]) => {
        const [glue, wasm] = await Promise.all([read(`${build}.mjs`), read(`${build}.wasm`)]);
        const sha256 = sha256Of(wasm);
        const said = `bytes: ${wasm.length}, sha256: '${sha256}'`;
        if (config.command === 'serve') {
          const url = served(`/@fs/${join(FOLDER, `${build}.wasm`)}`);
          return `${device}: { start: ${served(`/@id/__x00__${MODULE}/${build}.mjs`)}, wasm: { url: ${url}, ${said} } }`;
        }
        // `.js`, because some servers do not know `.mjs` and browsers refuse modules of an unknown type.
        const named = (part: string, source: string | Uint8Array, end = 'js') =>
          `onnxruntime-${device}${part}-${sha256Of(source).slice(0, 16)}.${end}`;
        const glueName = named('', glue);
        emit(glueName, glue);
        const start = startModule(`./${glueName}`);
        const url = emit(named('', wasm, 'wasm'), wasm);
        const { by, bytes } = await packRuntime(wasm, sha256);
        const packed = { by, bytes: bytes.length };
        this.emitFile({
          type: 'asset',
          fileName: packedPath(`assets/${named('', wasm, 'wasm')}`, packed),
          source: bytes,
        });
        const wasmEntry = `{ url: ${url}, ${said}, packed: ${JSON.stringify(packed)} }`;
        return `${device}: { start: ${emit(named('-start', start), start)}, wasm: ${wasmEntry} }`;
      });
      return `export const onnxruntime = { ${(await Promise.all(entries)).join(', ')} };`;
    },
  };
}

/** onnxruntime's glue, but for a module that is compiled already, in the place of its bytes. */
function startModule(glue: string): string {
  return `import start from ${JSON.stringify(glue)};
export default ({ wasmBinary: module, ...options }) =>
  start({ ...options, instantiateWasm: (imports, done) => done(new WebAssembly.Instance(module, imports), module) });
`;
}

function sha256Of(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function read(file: string): Promise<Uint8Array> {
  return readFile(join(FOLDER, file));
}
