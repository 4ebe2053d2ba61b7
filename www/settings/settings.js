// The visitor's settings: from the address (?url=…&provider=…), else from the last visit, else for the site that serves the page.

const KEY = 'rivulet-demo';

/** The settings and their defaults. All of them are stored and may stand in an address, so there is no key among them. */
export const DEFAULTS = {
  // A class and no preset: the presets send all turns as one message, and with AI Engine's limit of 512 characters the third is refused.
  provider: 'AiEngine',
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

/** `localStorage`, or `undefined` where the browser does not allow it; the page works without. */
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
    // Storage is full or not allowed: the next visit begins with the defaults.
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

/** The settings that exist, of the right type: neither an address nor a storage can be trusted. */
function known(given) {
  const entries = Object.entries(given ?? {});
  return Object.fromEntries(entries.filter(([name, value]) => Object.hasOwn(DEFAULTS, name) && typeof value === typeof DEFAULTS[name]));
}
