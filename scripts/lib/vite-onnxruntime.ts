import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defaultClientConditions, type Plugin, type ResolvedConfig } from 'vite';

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
 * the wasm, so that it is read, verified and cached like a part of a model. Needed among `plugins` and `worker.plugins`.
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
    resolveId: (id) => (id === MODULE ? RESOLVED : undefined),
    async load(id) {
      if (id !== RESOLVED) return undefined;
      const address = (file: string, fileName: string, source: Uint8Array) =>
        config.command === 'serve'
          ? `new URL(${JSON.stringify(`/@fs/${join(FOLDER, file)}`)}, import.meta.url).href`
          : `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', fileName: `assets/${fileName}`, source })}`;
      const entries = Object.entries(BUILDS).map(async ([device, build]) => {
        const [glue, wasm] = await Promise.all([read(`${build}.mjs`), read(`${build}.wasm`)]);
        const sha256 = sha256Of(wasm);
        // `.js`, because some servers do not know `.mjs` and browsers refuse modules of an unknown type.
        return `${device}: {
          glue: ${address(`${build}.mjs`, `onnxruntime-${device}-${sha256Of(glue).slice(0, 16)}.js`, glue)},
          wasm: { url: ${address(`${build}.wasm`, `onnxruntime-${device}-${sha256.slice(0, 16)}.wasm`, wasm)}, bytes: ${wasm.length}, sha256: '${sha256}' },
        }`;
      });
      return `export const onnxruntime = { ${(await Promise.all(entries)).join(', ')} };`;
    },
  };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function read(file: string): Promise<Uint8Array> {
  return readFile(join(FOLDER, file));
}
