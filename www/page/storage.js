// Where the browser keeps things for this page. It may not allow that, and the page works without.

/** `localStorage`, which all tabs share and which stays; `undefined` where it is not allowed. */
export const storage = () => allowed('localStorage');

/** `sessionStorage`, which each tab has for itself, reloads included; `undefined` where it is not allowed. */
export const tabStorage = () => allowed('sessionStorage');

function allowed(name) {
  try {
    return globalThis[name] ?? undefined;
  } catch {
    return undefined;
  }
}
