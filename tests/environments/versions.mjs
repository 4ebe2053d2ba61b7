// What the environments are made of, all versions in one list: a group is installed into the cache, once per set of versions.

/** Node as a package, by which the tools below run; and the oldest that package.json admits. */
export const NODES = { 20: '20.19.0', 22: '22.23.5', 24: '24.22.3' };

/** Tools run by this one: most of them want a newer Node than rivulet does. */
export const TOOLS_NODE = 24;

/** @type {Record<string, Record<string, string>>} */
export const GROUPS = {
  bundlers: {
    esbuild: '0.28.2',
    rollup: '4.68.8',
    '@rollup/plugin-node-resolve': '16.0.3',
    webpack: '5.113.0',
    '@rspack/core': '2.3.3',
    vite: '8.4.0',
  },
  parcel: { parcel: '2.16.4' },
  jest: { jest: '30.5.2', 'jest-environment-jsdom': '30.5.2' },
  vitest: { vitest: '5.1.2', vite: '8.4.0', jsdom: '31.0.1', 'happy-dom': '21.0.4' },
  typescript: Object.fromEntries(
    ['5.4.5', '5.5.4', '5.6.3', '5.7.3', '5.8.3', '5.9.3', '6.0.3', '7.0.2'].map((version) => [`typescript-${version}`, `npm:typescript@${version}`]),
  ),
};
