// What the environments are made of, all versions in one list: a group is installed into the cache, once per set of versions.

export { NODES } from '../../scripts/lib/runtimes.mjs';

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
    '@vercel/ncc': '0.45.0',
  },
  // The oldest that docs/environments.md names.
  'oldest-runtimes': { bun: '1.2.0', deno: '2.0.0' },
  parcel: { parcel: '2.16.4' },
  jest: { jest: '30.5.2', 'jest-environment-jsdom': '30.5.2' },
  vitest: { vitest: '5.1.2', vite: '8.4.0', jsdom: '31.0.1', 'happy-dom': '21.0.4' },
  typescript: Object.fromEntries(
    ['5.4.5', '5.5.4', '5.6.3', '5.7.3', '5.8.3', '5.9.3', '6.0.3', '7.0.2'].map((version) => [`typescript-${version}`, `npm:typescript@${version}`]),
  ),

  // The long ones.
  next: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1', '@opennextjs/cloudflare': '1.20.17', wrangler: '4.164.0' },
  nuxt: { nuxt: '4.5.2', vue: '3.5.45' },
  nitropack: { nitropack: '2.13.6', h3: '1.15.11' },
  nitro: { nitro: '3.0.0', '@rollup/plugin-terser': '1.0.2' },
  sveltekit: {
    '@sveltejs/kit': '3.2.0', '@sveltejs/adapter-node': '6.0.1', '@sveltejs/vite-plugin-svelte': '7.3.1', svelte: '5.57.3', vite: '8.4.0', typescript: '6.0.3',
  },
  'sveltekit-cloudflare': {
    '@sveltejs/kit': '2.70.4', '@sveltejs/adapter-cloudflare': '7.2.9', '@sveltejs/vite-plugin-svelte': '7.3.1', svelte: '5.57.3', vite: '8.4.0', wrangler: '4.164.0',
  },
  cloudflare: { wrangler: '4.164.0', '@cloudflare/vite-plugin': '1.64.0', vite: '8.4.0' },
  'vitest-pool-workers': { '@cloudflare/vitest-pool-workers': '0.23.0', vitest: '4.1.12' },
  'vitest-plugin': { '@cloudflare/vitest-plugin': '1.5.0', vitest: '5.1.2' },
  astro: { astro: '7.3.5', '@astrojs/node': '11.1.6', '@astrojs/cloudflare': '14.3.3', wrangler: '4.164.0' },
  'react-router': {
    'react-router': '8.4.0', '@react-router/dev': '8.4.0', '@react-router/node': '8.4.0', '@react-router/serve': '8.4.0',
    react: '19.3.1', 'react-dom': '19.3.1', vite: '8.4.0', isbot: '5.2.3', typescript: '6.0.3',
  },
  angular: {
    '@angular/core': '22.2.6', '@angular/common': '22.2.6', '@angular/compiler': '22.2.6', '@angular/compiler-cli': '22.2.6', '@angular/platform-browser': '22.2.6',
    '@angular/build': '22.2.7', '@angular/cli': '22.2.7', rxjs: '7.8.2', tslib: '2.9.1', typescript: '6.0.3',
  },
};
