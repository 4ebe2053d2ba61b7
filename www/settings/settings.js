// The visitor's settings: from the address (?url=…&provider=…), else from the last visit, else for the site that serves the page, if it is one. A provider's
// own stand in a "lane", of which there may be several; the others are for each call, whoever is asked.

import { storage } from '../page/storage.js';
import { readLink } from './share.js';

const KEY = 'rivulet-demo';

/** Whether the page lies on a host of files alone, as `npm run build -- --demo` writes it: there is no site, no relay and no endpoint beside it. */
export const IS_STATIC = document.querySelector('meta[name=rivulet-host][content=files]') !== null;

/** How many providers may be asked at once. */
export const MOST_LANES = 4;

/** The settings of one provider, and their defaults. All are stored and may stand in an address, so there is no key among them. */
export const LANE = {
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
  /** Prices of a million tokens, in the visitor's currency. */
  priceIn: '',
  priceOut: '',
};

/** The settings of all calls, and their defaults. */
export const CALL = {
  /** What several providers do: `side` by side, or as a `fallback`. */
  together: 'side',
  /** Seconds after which a fallback asks the next one as well. */
  hedgeAfter: '',
  system: '',
  temperature: '',
  effort: '',
  maxTokens: '',
  idle: '',
  tools: false,
  /** A JSON schema for the answer, as text. */
  schema: '',
  markdown: true,
  /** Whether the events have the service's own frames. */
  raw: false,
};

/** @typedef {typeof LANE} Lane @typedef {typeof CALL & { lanes: Lane[] }} Settings */

/** @returns {Settings} */
export function loadSettings() {
  // An address with settings means these and the defaults, whatever else the last visit was about.
  return normal(isAddressed() ? fromAddress() : remembered());
}

/** Whether the address of the page holds settings. */
export const isAddressed = () => Object.keys(fromAddress()).length > 0;

/** @param {Settings} settings */
export function saveSettings(settings) {
  try {
    storage()?.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Storage is full or not allowed: the next visit begins with the defaults.
  }
}

/** Settings with everything that is missing, and without what is none: neither an address nor a storage can be trusted. @returns {Settings} */
export function normal(given) {
  const lanes = Array.isArray(given?.lanes) && given.lanes.length > 0 ? given.lanes.slice(0, MOST_LANES) : [{}];
  return { ...CALL, ...known(CALL, given), lanes: lanes.map((lane) => ({ ...LANE, ...known(LANE, lane) })) };
}

/** What the address says: of each lane and of the calls. */
function fromAddress() {
  const { lanes = [], ...flat } = readLink(location, { ...LANE, ...CALL });
  const isOfLane = ([name]) => Object.hasOwn(LANE, name);
  const first = Object.fromEntries(Object.entries(flat).filter(isOfLane));
  const call = Object.fromEntries(Object.entries(flat).filter((entry) => !isOfLane(entry)));
  const all = [{ ...lanes[0], ...first }, ...lanes.slice(1)];
  return { ...call, ...((lanes.length > 0 || Object.keys(first).length > 0) && { lanes: Array.from(all, (lane) => lane ?? {}) }) };
}

function remembered() {
  try {
    const stored = JSON.parse(storage()?.getItem(KEY) ?? '{}') ?? {};
    // Until there were lanes, the settings of the one provider stood beside the others.
    return stored.lanes ? stored : { ...stored, lanes: [stored] };
  } catch {
    return {};
  }
}

function known(defaults, given) {
  const entries = Object.entries(given ?? {});
  return Object.fromEntries(entries.filter(([name, value]) => Object.hasOwn(defaults, name) && typeof value === typeof defaults[name]));
}
