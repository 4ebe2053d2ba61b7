/** How many different warnings are written to the console: a program may run for months. */
const MOST = 100;
const told = new Set();

/**
 * Writes a warning to the console, once each, in development: for those who read the text of a reply, and would not hear of what was left
 * out. Bundlers put `'production'` or `'development'` in the place of `process.env.NODE_ENV`.
 */
export function warnOnce(message) {
  if (told.has(message) || told.size === MOST || !isDevelopment()) return;
  told.add(message);
  console.warn(`rivulet: ${message}\n(said once, in development; the option onWarning gets every warning, and null turns this off)`);
}

/** Where there is no `process`, as in a page without a bundler, a page of this machine is one in development. */
function isDevelopment() {
  try {
    // Where nobody has allowed that, Deno would ask the user whether the environment may be read.
    if (typeof Deno === 'object' && Deno.permissions.querySync({ name: 'env', variable: 'NODE_ENV' }).state !== 'granted') return true;
    return process.env.NODE_ENV !== 'production';
  } catch {
    return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.*\.localhost)$/.test(globalThis.location?.hostname);
  }
}
