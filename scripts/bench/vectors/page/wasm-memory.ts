/**
 * Sees every WebAssembly memory of this realm, because `measureUserAgentSpecificMemory` does not count them (Chromium
 * 156). Imported first, before any library. @returns the bytes of those that are alive.
 */
const memories = new Set<WeakRef<WebAssembly.Memory>>();

export function wasmBytes(): number {
  const alive = [...memories].flatMap((memory) => memory.deref() ?? []);
  return [...new Set(alive)].reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}

function note(memory: unknown): void {
  if (memory instanceof WebAssembly.Memory) memories.add(new WeakRef(memory));
}

function noteExports({ exports }: WebAssembly.Instance): void {
  for (const value of Object.values(exports)) note(value);
}

const { instantiate, instantiateStreaming } = WebAssembly;

WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(target, [descriptor]: [WebAssembly.MemoryDescriptor]) {
    const memory = new target(descriptor);
    note(memory);
    return memory;
  },
});

WebAssembly.instantiate = (async (source: BufferSource, imports?: WebAssembly.Imports) => {
  const result = await instantiate(source, imports);
  noteExports('instance' in result ? result.instance : (result as WebAssembly.Instance));
  return result;
}) as typeof instantiate;

WebAssembly.instantiateStreaming = async (source, imports) => {
  const result = await instantiateStreaming(source, imports);
  noteExports(result.instance);
  return result;
};
