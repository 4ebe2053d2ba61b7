// The providers that the package exports. Tests that go over "all providers" take them from here, so that a new one that
// somebody forgets in a table fails there.

import assert from 'node:assert/strict';

import * as rivulet from '../../dist/index.js';

const classes = Object.entries(rivulet).filter(([, value]) => typeof value === 'function' && typeof value.protocol === 'string');

/** Names of the classes with a protocol of their own, WordPress plugins and services alike. */
export const PROVIDERS = classes.map(([name]) => name).sort();

/** Those for sites, which want a `url`. */
export const SITES = PROVIDERS.filter((name) => 'getNonce' in rivulet[name].prototype && isSite(rivulet[name]));

/** Those for services you have an API key for. */
export const KEYED = PROVIDERS.filter((name) => !SITES.includes(name));

/** A service has an address of its own, a site has none. */
function isSite(Class) {
  try {
    return new Class({}).url === '';
  } catch (error) {
    return error.message.startsWith('url is missing');
  }
}

/**
 * Fails where a table has not exactly these names, but for those of `except`, each with its reason.
 *
 * @param {Iterable<string>} table
 * @param {readonly string[]} wanted
 * @param {Record<string, string>} [except]
 */
export function assertHasAll(table, wanted, except = {}) {
  const names = [...table].filter((name) => !(name in except)).sort();
  assert.deepEqual([...new Set(names)], wanted.filter((name) => !(name in except)), 'a provider is missing here, or unknown');
}
