/** What is needed of a `ReadableStream` of bytes, which the engine does not know. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
}

/** The chunks of a stream; Safari cannot iterate one. Whoever stops early cancels it. @throws what reading throws */
export async function* chunksOf(stream: ByteStream): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value as Uint8Array;
  } finally {
    await reader.cancel().catch(() => undefined); // closed or failed already: the read above said so
  }
}
