// What the visitor chose: from the address (?url=…&provider=…), else from the last visit, else the site we stand on.

const KEY = 'rivulet-demo';

/** All of it is remembered and may stand in an address, so a key is not among it. */
const DEFAULTS = {
  provider: 'Chatgpt4Online',
  way: 'direct',
  url: /^https?:$/.test(location.protocol) ? location.origin : '',
  baseUrl: '',
  model: '',
  botId: '',
  page: '',
  proxy: '',
  idle: '',
  markdown: true,
};

/** @typedef {typeof DEFAULTS} Settings */

/** Storage may be forbidden, full or absent; the page then forgets, and works. */
export function storage() {
  try {
    return globalThis.localStorage ?? undefined;
  } catch {
    return undefined;
  }
}

/** @returns {Settings} */
export function loadSettings() {
  return { ...DEFAULTS, ...known(remembered()), ...known(Object.fromEntries(new URLSearchParams(location.search))) };
}

/** @param {Settings} settings */
export function saveSettings(settings) {
  try {
    storage()?.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Private windows refuse; nothing is lost but the next visit's comfort.
  }
}

/** @param {HTMLFormElement} form @returns {Settings} */
export function readForm(form) {
  const fields = Object.keys(DEFAULTS).map((name) => {
    const control = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    return [name, control.type === 'checkbox' ? control.checked : control.value.trim()];
  });
  return Object.fromEntries(fields);
}

/** @param {HTMLFormElement} form @param {Settings} settings */
export function fillForm(form, settings) {
  for (const [name, value] of Object.entries(settings)) {
    const control = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    if (typeof value === 'boolean') control.checked = value;
    else control.value = value;
  }
}

function remembered() {
  try {
    return JSON.parse(storage()?.getItem(KEY) ?? '{}');
  } catch {
    return {};
  }
}

/** Only settings that we know, of the type that we know: neither addresses nor storage are to be trusted. */
function known(given) {
  const entries = Object.entries(given ?? {});
  return Object.fromEntries(entries.filter(([name, value]) => Object.hasOwn(DEFAULTS, name) && typeof value === typeof DEFAULTS[name]));
}
