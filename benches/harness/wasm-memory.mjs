// How much memory the wasm modules of this process have. rivulet keeps its module to itself, so that it is seen where it is made.

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
