// From a file to a part of the question. What a file is, is seen in its first bytes: names and types are what somebody says of it.

import { fileText, keepName } from './parts.js';

/** What can be given, in words and as the file dialogue wants it. */
export const TAKEN = 'PNG, JPEG, GIF and WebP images, PDF, WAV and MP3 audio, and text';
export const ACCEPT = 'image/png,image/jpeg,image/gif,image/webp,application/pdf,audio/wav,audio/mpeg,.wav,.mp3,text/*,.md,.json,.csv,.log,.xml,.yaml,.yml,'
  + '.toml,.js,.mjs,.ts,.tsx,.jsx,.py,.rs,.go,.java,.c,.h,.cpp,.cs,.rb,.php,.sh,.sql,.css,.html,.svg';

/** The kinds by the first bytes: those at the begin, and those from the ninth on. */
const KINDS = [
  ['image/png', '89504e470d0a1a0a'],
  ['image/jpeg', 'ffd8ff'],
  ['image/gif', '474946383961'],
  ['image/gif', '474946383761'],
  ['image/webp', '52494646', '57454250'],
  ['audio/wav', '52494646', '57415645'],
  ['audio/mpeg', '494433'],
  ['application/pdf', '255044462d'],
];

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function kindOf(bytes) {
  const begin = hex(bytes.subarray(0, 8));
  const ninth = hex(bytes.subarray(8, 12));
  const found = KINDS.find(([, first, later = '']) => begin.startsWith(first) && ninth.startsWith(later));
  if (found) return found[0];
  // A frame of MPEG audio, layer III, without the names in front of it.
  return bytes[0] === 0xff && (bytes[1] & 0xe6) === 0xe2 ? 'audio/mpeg' : undefined;
}

/**
 * The part that a file becomes. Rejects if the file cannot be read.
 *
 * @param {File} file
 * @returns {Promise<object | undefined>} undefined: it is of a kind that no service takes
 */
export async function partOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const type = kindOf(bytes);
  if (type === undefined) {
    const text = textOf(bytes);
    return text === undefined ? undefined : fileText(file.name, text);
  }
  if (type === 'application/pdf') return { type: 'file', file: { filename: file.name, file_data: await dataUrl(bytes, type) } };
  if (type.startsWith('image/')) return keepName({ type: 'image_url', image_url: { url: await dataUrl(bytes, type) } }, file.name);
  const data = (await dataUrl(bytes, type)).split(',')[1];
  return keepName({ type: 'input_audio', input_audio: { data, format: type === 'audio/wav' ? 'wav' : 'mp3' } }, file.name);
}

/** The text in UTF-8, or in UTF-16 with its mark, as Windows writes it; undefined: this is no text. */
function textOf(bytes) {
  const mark = hex(bytes.subarray(0, 2));
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** @returns {Promise<string>} */
const dataUrl = (bytes, type) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(new Blob([bytes], { type }));
});
