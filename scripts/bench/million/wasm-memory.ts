import type { Worker } from '@playwright/test';

type Instantiate = (...args: never[]) => Promise<WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>;

interface Realm {
  memories?: Set<WeakRef<WebAssembly.Memory>>;
}

/**
 * See every WebAssembly memory that a worker makes from now on: `measureUserAgentSpecificMemory` leaves them out
 * (Chromium 156). To be called when the worker appears, long before its code has read what it instantiates.
 */
export async function watchWasm(worker: Worker): Promise<void> {
  await worker.evaluate(() => {
    // No function here may have a name: tsx would wrap it into a helper that the worker has not got.
    const memories = new Set<WeakRef<WebAssembly.Memory>>();
    (globalThis as Realm).memories = memories;
    WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
      construct(target, args) {
        const memory = Reflect.construct(target, args) as WebAssembly.Memory;
        memories.add(new WeakRef(memory));
        return memory;
      },
    });
    WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
      construct(target, args) {
        const instance = Reflect.construct(target, args) as WebAssembly.Instance;
        for (const one of Object.values(instance.exports)) {
          if (one instanceof WebAssembly.Memory) memories.add(new WeakRef(one));
        }
        return instance;
      },
    });
    const noteExports: ProxyHandler<Instantiate> = {
      async apply(target, self, args) {
        const result = await Reflect.apply(target, self, args);
        const { exports } = 'instance' in result ? result.instance : result;
        for (const one of Object.values(exports)) {
          if (one instanceof WebAssembly.Memory) memories.add(new WeakRef(one));
        }
        return result;
      },
    };
    WebAssembly.instantiate = new Proxy(
      WebAssembly.instantiate as Instantiate,
      noteExports,
    ) as typeof WebAssembly.instantiate;
    WebAssembly.instantiateStreaming = new Proxy(
      WebAssembly.instantiateStreaming as Instantiate,
      noteExports,
    ) as typeof WebAssembly.instantiateStreaming;
  });
}

/** Bytes of the memories that are alive, each once: threads share one. */
export function wasmBytes(worker: Worker): Promise<number> {
  return worker.evaluate(() => {
    const alive = [...((globalThis as Realm).memories ?? [])].flatMap((memory) => memory.deref() ?? []);
    return [...new Set(alive.map(({ buffer }) => buffer))].reduce((sum, buffer) => sum + buffer.byteLength, 0);
  });
}
