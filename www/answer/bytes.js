// Bytes of Base64 and of `data:` URLs. An address of a file is shown and not fetched, so that no service makes the browser ask anybody.

/** How many characters of Base64 are made bytes, about 24 MB. */
const LONGEST = 32_000_000;

/** @param {string} text Base64, also of several pieces that each end with padding @returns {Uint8Array[] | undefined} none where it is none, or too much */
export function fromBase64(text) {
  if (text.length > LONGEST) return undefined;
  try {
    // Base64 of addresses has two other signs.
    const plain = text.replaceAll('-', '+').replaceAll('_', '/');
    return (plain.match(/[^=]+=*/g) ?? []).map((piece) => Uint8Array.from(atob(piece), (sign) => sign.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** @param {string} url @returns {{ mediaType: string, parts: (Uint8Array | string)[] } | undefined} */
export function fromDataUrl(url) {
  const head = /^data:([^,]{0,200}),/i.exec(url);
  if (!head) return undefined;
  const mediaType = head[1].replace(/;base64$/i, '') || 'text/plain';
  const data = url.slice(head[0].length);
  const parts = /;base64$/i.test(head[1]) ? fromBase64(data) : text(data);
  return parts && { mediaType, parts };
}

function text(data) {
  try {
    return data.length > LONGEST ? undefined : [decodeURIComponent(data)];
  } catch {
    return undefined;
  }
}
