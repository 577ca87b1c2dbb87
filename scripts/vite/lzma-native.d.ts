/** What is used of lzma-native 8. */
declare module 'lzma-native' {
  import type { Duplex } from 'node:stream';

  const lzma: {
    readonly CHECK_CRC32: number;
    createStream(coder: 'easyEncoder', options: { readonly preset: number; readonly check: number }): Duplex;
  };
  export default lzma;
}
