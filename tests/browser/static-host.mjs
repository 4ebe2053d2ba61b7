// A host of files as a listener: it knows nothing of what it serves, and sends no header but the type.

import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/**
 * @param {string} root the folder
 * @param {string} prefix where it is mounted, with a slash at both ends
 * @param {string[]} [missed] gets the paths that are asked for in vain
 */
export const hostOf = (root, prefix, missed = []) => async ({ url }, outgoing) => {
  const { pathname } = new URL(url, 'http://host.invalid');
  const path = pathname.startsWith(prefix) ? pathname.slice(prefix.length) || 'index.html' : undefined;
  const bytes = path && await readFile(join(root, path)).catch(() => undefined);
  if (!bytes) missed.push(pathname);
  outgoing.writeHead(bytes ? 200 : 404, { 'Content-Type': TYPES[extname(path ?? '')] ?? 'text/plain' }).end(bytes);
};
