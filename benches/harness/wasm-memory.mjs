// How much memory the wasm modules of this process have. A module does not tell, and V8 does not count it among the heap.

/** Has to be called before a module is instantiated. */
export function watchWasm() {
  const memories = [];
  const Original = WebAssembly.Instance;
  WebAssembly.Instance = class extends Original {
    constructor(...given) {
      super(...given);
      memories.push(...Object.values(this.exports).filter((value) => value instanceof WebAssembly.Memory));
    }
  };
  return () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
