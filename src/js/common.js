// What all entries have beside their providers.

import { core } from './core.js';
import { jsonCopy, toJson } from './json-copy.js';
import { refuseUnknown } from './options.js';
import { callCoreOnce } from './provider.js';

export { Client } from './client.js';
export { ChatError } from './error.js';
export { Fallback } from './fallback.js';

export function formatPrompt(messages, options = {}) {
  refuseUnknown(options, ['addSpecialTokens', 'doContinue', 'includeSystem'], 'formatPrompt');
  const given = toJson(jsonCopy({ messages, ...options }, 'messages'), 'the messages');
  return callCoreOnce(() => core().formatPrompt(given));
}

export function storageSession(storage = globalThis.localStorage) {
  return {
    get(key) {
      const entry = JSON.parse(storage.getItem(key) ?? 'null');
      return entry !== null && entry.until > Date.now() ? entry.value : undefined;
    },
    set(key, value, { ttlMs }) {
      storage.setItem(key, JSON.stringify({ value, until: Date.now() + ttlMs }));
    },
    delete(key) {
      storage.removeItem(key);
    },
  };
}
