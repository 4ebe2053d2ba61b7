// `rivulet/slim`: the same as `rivulet`, without the module, which the caller gives to `init`.

export * from './index.js';
export { init } from './slim-module.js';
