// Loaded before a recipe: what it would ask on the network, the local site and its stubs of services answer. Everything else fails.

const { LOCAL } = process.env;
const PLACES = {
  'api.openai.com': ({ pathname }) => `/services/${pathname.endsWith('/responses') ? 'responses' : 'chat'}`,
  'api.anthropic.com': () => '/services/anthropic',
  'shop.example': () => '',
  // Where `npm start` is.
  '127.0.0.1:8020': () => '',
};

const { fetch } = globalThis;
globalThis.fetch = async (url, init) => {
  const asked = new URL(url);
  const place = PLACES[asked.host];
  if (!place) throw new TypeError(`a recipe asks ${asked.host}`);
  return fetch(`${LOCAL}${place(asked)}${asked.pathname}${asked.search}`, init);
};
