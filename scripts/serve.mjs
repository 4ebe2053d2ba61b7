// The demo page as a request listener: `www/`, under it, as `rivulet/`, the built package, and as `vendor/` what the page has from npm.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

import { vendorModule } from './lib/demo-library.mjs';
import { DIST, ROOT } from './lib/paths.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** The whole of what the page may do; `'wasm-unsafe-eval'` allows compiling WebAssembly and nothing else. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  // The sound of a reply, which the page has made of its pieces.
  'media-src blob:',
  // A visitor may name any site.
  'connect-src *',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What every response has; `scripts/lib/static-demo.mjs` writes them for hosts that serve the page as files. */
export const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  // A page from before the last build would be a riddle.
  'Cache-Control': 'no-cache',
};

/** @typedef {import('node:http').IncomingMessage} Incoming @typedef {import('node:http').ServerResponse} Outgoing */

/**
 * For `createServer`, or for the local site's `mount`: `startSite({ mount: { '/demo/': demo('/demo/') } })`.
 *
 * @param {string} [prefix] where it is mounted, with a slash at both ends
 * @returns {(incoming: Incoming, outgoing: Outgoing) => Promise<void>}
 */
export function demo(prefix = '/') {
  return async (incoming, outgoing) => {
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      return answer(outgoing, 405, 'Only GET and HEAD are understood here.', { Allow: 'GET, HEAD' });
    }
    const path = pathOf(incoming.url ?? '/', prefix);
    const module = path?.startsWith('vendor/') && (await vendorModule(path.slice('vendor/'.length)));
    if (module) {
      outgoing.writeHead(200, { ...HEADERS, 'Content-Type': TYPES['.js'], 'Content-Length': module.length });
      return void outgoing.end(incoming.method === 'HEAD' ? undefined : module);
    }
    const file = path && fileOf(path);
    const found = file && (await stat(file).catch(() => undefined));
    if (!file || !found?.isFile()) return answer(outgoing, 404, 'There is no such file.');
    outgoing.writeHead(200, {
      ...HEADERS,
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Length': found.size,
    });
    if (incoming.method === 'HEAD') return void outgoing.end();
    createReadStream(file).on('error', () => outgoing.destroy()).pipe(outgoing);
  };
}

function answer(outgoing, status, words, headers = {}) {
  outgoing.writeHead(status, { ...HEADERS, ...headers, 'Content-Type': TYPES['.txt'] });
  outgoing.end(`${words}\n`);
}

/** The path below the prefix that an address means, or undefined for one that lies elsewhere. */
function pathOf(url, prefix) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://demo.invalid').pathname);
  } catch {
    return undefined;
  }
  if (!path.startsWith(prefix) || path.includes('\0')) return undefined;
  path = path.slice(prefix.length);
  return path === '' || path.endsWith('/') ? `${path}index.html` : path;
}

/** The file of a path, or undefined for one that leads out of the two folders. */
export function fileOf(path) {
  return path.startsWith('rivulet/') ? inside(DIST, path.slice('rivulet/'.length)) : inside(join(ROOT, 'www'), path);
}

function inside(folder, path) {
  const file = normalize(join(folder, path));
  const hidden = path.split('/').some((part) => part.startsWith('.'));
  return file.startsWith(folder + sep) && !hidden ? file : undefined;
}
