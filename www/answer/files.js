// Images and files of an answer. Only what came with the answer itself is shown or can be saved; of all else the address stands there.

import { el } from '../page/dom.js';
import { fromDataUrl } from './bytes.js';
import { isWebAddress, short } from './words.js';

const LONGEST = 500;

/** An image of a `data:` URL; of any other image the address. @param {{ url: string }} event */
export function imageNode({ url }) {
  if (/^data:image\//i.test(url)) return el('img', { src: url, alt: 'Image of the reply' });
  return el('p', { className: 'elsewhere' }, 'An image: ', addressNode(url));
}

/**
 * @param {{ url?: string, id?: string, name?: string, mediaType?: string }} event
 * @param {(blob: Blob) => string} keep makes an address for a blob
 */
export function fileNode({ url, id, name, mediaType }, keep) {
  const data = typeof url === 'string' ? fromDataUrl(url) : undefined;
  const type = mediaType ?? data?.mediaType;
  const label = el('bdi', {}, short(name || 'File', LONGEST));
  const kind = type ? [' ', el('span', { className: 'host' }, short(type, LONGEST))] : [];
  if (!data) {
    const where = url?.startsWith('data:') ? 'too large, or not readable' : url ? addressNode(url) : id ? short(`id ${id}`, LONGEST) : 'without an address';
    return el('p', { className: 'elsewhere' }, label, ...kind, ': ', where);
  }
  // Of a type that no browser opens as a page: a file of a model must not run as one of this origin.
  const blob = new Blob(data.parts, { type: 'application/octet-stream' });
  return el('p', { className: 'answer-file' },
    el('a', { href: keep(blob), download: name || `file${endingOf(type)}` }, 'Save ', label), ...kind, ' ', el('span', { className: 'host' }, sizeOf(blob.size)));
}

function addressNode(url) {
  const words = el('bdi', {}, short(String(url), LONGEST));
  return isWebAddress(url) ? el('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow' }, words) : words;
}

const ENDINGS = { 'application/pdf': '.pdf', 'application/json': '.json', 'text/plain': '.txt', 'text/csv': '.csv', 'text/html': '.html', 'text/markdown': '.md', 'application/zip': '.zip' };
const endingOf = (type = '') => ENDINGS[type.split(';')[0].trim().toLowerCase()] ?? '';

const sizeOf = (bytes) => (bytes < 1000 ? `${bytes} B` : bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`);
