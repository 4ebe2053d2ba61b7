// The visitor's settings: from the address (?url=…&provider=…), else from the last visit, else for the site that serves the page, if it is one.

const KEY = 'rivulet-demo';

/** Whether the page lies on a host of files alone, as `npm run build -- --demo` writes it: there is no site, no relay and no endpoint beside it. */
export const IS_STATIC = document.querySelector('meta[name=rivulet-host][content=files]') !== null;

/** The settings and their defaults. All of them are stored and may stand in an address, so there is no key among them. */
export const DEFAULTS = {
  // A class and no preset: the presets send all turns as one message, and with AI Engine's limit of 512 characters the third is refused.
  // On a host of files there is no site to begin with. Services let pages in, and few sites do.
  provider: IS_STATIC ? 'OpenAiChat' : 'AiEngine',
  way: 'direct',
  url: /^https?:$/.test(location.protocol) && !IS_STATIC ? location.origin : '',
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
