// The pages, made from the recorded ones (tests/wire): the site's own address and nonces are put in.

import { readFileSync } from 'node:fs';
import { HTML_TYPE, NO_CACHE, whole } from './answer.mjs';
import { phpSession } from './engine.mjs';
import { ENGINES } from './engine-shared.mjs';
import { GUEST } from './nonce.mjs';
import { POWER_NONCE, POWERS } from './power.mjs';
import { PUFFER_NONCE } from './puffer.mjs';

/**
 * What stands where. The numbers of the posts are those of the recorded sites; two differ by version.
 * @type {Record<string, {
 *   post: number | ((options: any) => number), title: string, parts: (options: any) => string[] }>}
 */
const PAGES = {
  '/chat/': { post: ({ engine }) => ENGINE_POSTS[engine], title: 'Chat', parts: ({ engine }) => enginePage(engine) },
  '/chat-custom/': { post: 6, title: 'Chat custom', parts: () => ['ai-engine/page-custom-id'] },
  '/chat-power/': { post: ({ power }) => POWERS[power]?.page, title: 'Chat', parts: ({ power }) => powerPage(power) },
  '/chat-bot/': { post: 8, title: 'Chat bot', parts: () => ['ai-power/page-custom-bot'] },
  '/chat-widget/': { post: 10, title: 'Chat widget', parts: () => ['ai-power/page-widget'] },
  '/chat-puffer/': { post: 6, title: 'Chat', parts: () => ['ai-power/aipkit-page'] },
  '/no-chat/': { post: 2, title: 'Sample Page', parts: () => [] },
};

const ENGINE_POSTS = { '3.6.2': 5, '2.5.3': 5, '2.0.9': 4 };

const enginePage = (version) => recording(version, '3.6.2', 'ai-engine', 'page-default');
const powerPage = (version) => recording(version, '1.9.18', 'ai-power', 'page-shortcode');

function recording(version, newest, folder, name) {
  if (version === 'none') return [];
  return [`${folder}/${version === newest ? '' : `v${version}-`}${name}`];
}

const PNG_TYPE = ['Content-Type', 'image/png'];
/** What every picture of the site shows: a red dot, one pixel. */
const DOT = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLv'
  + 'AAAAAElFTkSuQmCC', 'base64');

export function servePage(site, request, path) {
  if (/^\/wp-content\/uploads\/.*\.png$/.test(path)) return { ...whole('other', 200, [PNG_TYPE]), body: [DOT] };
  const { permalinks, pageCache } = site.options;
  // A page cache keeps pages longer than nonces live. Most caches let a query pass to WordPress; none keeps a page that does not exist.
  const isKept = { none: false, query: request.query.size === 0, pages: !request.query.has('s'), all: true }[pageCache];
  const age = isKept ? 2 : 0;
  const id = Number(request.query.get('page_id') ?? request.query.get('p') ?? NaN);
  const address = id ? addressOf(site, id) : path;
  const isSearch = address === '/' && request.query.has('s') && age === 0;
  if (isSearch) return page(site, 'Search Results &#8211; Test site', elements(site, [], '/', age));
  if (address === '/') return page(site, 'Test site', home(site, age));
  if (!PAGES[address]) {
    if (PAGES[`${path}/`] && permalinks === 'pretty') return redirect(`${site.home}${path}/`);
    // Plain permalinks are all in the query: WordPress takes any other path for the home page (plain-permalinks-wp-json-home).
    return permalinks === 'plain' && !id ? homeFor(site, request, path, age) : notFound(site);
  }
  if (permalinks === 'plain' && !id) return page(site, 'Test site', home(site, age));
  const { title, parts } = PAGES[address];
  return page(site, `${title} &#8211; Test site`, elements(site, parts(site.options), address, age), postOf(site, address));
}

/** The home page in the place of something else. AI Engine sees the path of its route, and begins a session for it. */
function homeFor(site, request, path, age) {
  const answer = page(site, 'Test site', home(site, age));
  const isRoute = path === '/wp-json/mwai/v1/start_session' && ENGINES[site.options.engine]?.setsCookies;
  return isRoute ? { ...answer, headers: [...answer.headers, ...phpSession({ request })] } : answer;
}

const addressOf = (site, id) => Object.keys(PAGES).find((address) => postOf(site, address) === id);

function postOf(site, address) {
  const { post } = PAGES[address];
  return typeof post === 'function' ? post(site.options) : post;
}

function home(site, age) {
  const { homeChat, engine, power } = site.options;
  return elements(site, homeChat ? [...powerPage(power), ...enginePage(engine)] : [], '/', age);
}

function elements(site, names, address, age) {
  const chats = names.map((name) => recorded(site, name, age).match(/<body>\n([^]*)<\/body>|(<div [^]*)$/));
  const bodies = chats.map((match) => (match[1] ?? match[2]).trim());
  // Every page of a site with AI Power has its script variable, also one without a chat (page-home-without-chat).
  const script = site.options.power === 'none' ? [] : [recorded(site, 'ai-power/page-home-without-chat', age).trim()];
  const text = [...bodies, ...script].join('\n');
  return text.replaceAll(/(data-url="[^"]*?)\/chat(-\w+)?"/g, (_, home) => `${home}${address.replace(/\/$/, '')}"`);
}

const RECORDED_HOME = /http:\/\/127\.0\.0\.1:80\d\d/g;
const RECORDED_HOME_ESCAPED = /http:\\\/\\\/127\.0\.0\.1:80\d\d/g;

/** Nonces of the recorded sites; each stands for the live one of its plugin. */
const RECORDED_NONCES = {
  '627fa3908d': 'wp_rest', '29a96788e8': POWER_NONCE, '1a53908d5a': POWER_NONCE, e0c7ddddf9: PUFFER_NONCE,
};

const files = new Map();

/** @param {number} age how many periods old the nonces are, in a page from a cache */
function recorded(site, name, age) {
  if (!files.has(name)) files.set(name, readFileSync(new URL(`../wire/${name}.html`, import.meta.url), 'utf8'));
  let text = files.get(name)
    .replaceAll(/http:\\\/\\\/127\.0\.0\.1:80\d\d\\\/wp-json/g, escaped(site.restRoot.replace(/\/$/, '')))
    .replaceAll(RECORDED_HOME_ESCAPED, escaped(site.home))
    .replaceAll(RECORDED_HOME, site.home)
    .replaceAll('&quot;textInputMaxLength&quot;:512', `&quot;textInputMaxLength&quot;:${site.options.maxLength}`);
  for (const [nonce, action] of Object.entries(RECORDED_NONCES)) {
    text = text.replaceAll(nonce, site.nonces.make(action, GUEST, age));
  }
  return text;
}

const escaped = (url) => url.replaceAll('/', '\\/');

function page(site, title, body, post) {
  const rest = [['Link', `<${site.restRoot}>; rel="https://api.w.org/"`]];
  const own = post ? [
    ['Link', `<${site.restRoot}wp/v2/pages/${post}>; rel="alternate"; title="JSON"; type="application/json"`],
    ['Link', `<${site.home}/?p=${post}>; rel=shortlink`],
  ] : [];
  const html = `<!DOCTYPE html>
<html>
<head>
<title>${title}</title>
<link rel="https://api.w.org/" href="${site.restRoot}" />
</head>
<body>
${body}
</body>
</html>
`;
  return whole('page', 200, [HTML_TYPE, ...rest, ...own], html);
}

export function notFound(site) {
  const missing = page(site, 'Page not found &#8211; Test site', elements(site, [], '/', 0));
  return { ...missing, status: 404, headers: [...missing.headers, ...NO_CACHE] };
}

function redirect(location) {
  return whole('page', 301, [HTML_TYPE, ['Location', location]]);
}
