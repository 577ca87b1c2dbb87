import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const MODULE = /[\\/]hnswlib-wasm[\\/]dist[\\/]hnswlib-[0-9a-f]+\.js$/;
const INSIDE = /'data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)'/;
const EXPORT = 'export { hnswlib as default };';
const MAP = /^\/\/# sourceMappingURL=.*$/m;

/**
 * hnswlib-wasm has its WebAssembly inside, as 607 kB of base64. Built, it has it compressed (170 kB) and unpacks it when it
 * is loaded. Needed among `worker.plugins`.
 */
export function hnswlib(): Plugin {
  return {
    name: 'afterimage:hnswlib',
    apply: 'build',
    transform(code, id) {
      if (!MODULE.test(id.split('?')[0] ?? '')) return undefined;
      const [, base64] = INSIDE.exec(code) ?? [];
      if (base64 === undefined || !code.includes(EXPORT)) this.error(`${id} is not what is expected of hnswlib-wasm.`);
      const packed = gzipSync(Buffer.from(base64, 'base64'), { level: 9 }).toString('base64');
      const without = code
        .replace(INSIDE, "'data:application/octet-stream;base64,'")
        .replace(EXPORT, '')
        .replace(MAP, '');
      return { code: `${without}\n${unpacking(packed)}`, map: null };
    },
  };
}

function unpacking(packed: string): string {
  return `
let unpacked;
async function unpack() {
  const bytes = Uint8Array.from(atob('${packed}'), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}
export default async (options) => {
  unpacked ??= unpack();
  return hnswlib({ ...options, wasmBinary: await unpacked });
};
`;
}
