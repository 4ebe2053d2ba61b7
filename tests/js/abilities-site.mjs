// A site with WordPress's abilities. No WordPress runs here: this does what `class-wp-rest-abilities-v1-list-controller.php` and `…-run-controller.php` of
// WordPress 6.9 say, and reads queries as PHP does. The schemas and annotations are of the kinds that its documentation shows.

import { once } from 'node:events';
import { createServer } from 'node:http';

const OBJECT = (properties, more = {}) => ({ type: 'object', properties, ...more });

/** By name: schema, annotations and what is run. PHP writes an empty object as a list. */
const ABILITIES = {
  'core/get-site-info': { label: 'Get Site Information', input_schema: [], annotations: { readonly: true, destructive: false, idempotent: true }, run: () => ({ name: 'Shop', tags: [] }) },
  'my-plugin/find-posts': {
    description: 'Finds posts',
    input_schema: OBJECT({ words: { type: 'string', required: true, sanitize_callback: 'sanitize_text_field' }, tags: { type: 'array', items: { type: 'string' } }, at: OBJECT({ year: { type: 'integer' } }), none: [] }, { additionalProperties: false }),
    annotations: { readonly: true },
    run: (input) => ({ found: input }),
  },
  'my-plugin/create-draft': { description: 'Makes a draft', input_schema: OBJECT({ title: { type: 'string' } }, { required: ['title'] }), annotations: { instructions: 'Ask for the title first.' }, run: (input) => ({ id: 7, input }) },
  'my-plugin/delete-post': { description: 'Deletes', input_schema: OBJECT({ id: { type: 'integer' } }), annotations: { destructive: true, idempotent: true }, run: (input) => ({ deleted: input }) },
  'my-plugin/empty-bin': { description: 'Empties the bin', input_schema: [], annotations: { destructive: true, idempotent: false }, run: () => null },
  'my-plugin/shout': { description: 'Says it loudly', input_schema: { type: 'string', minLength: 1 }, annotations: { readonly: true }, run: (input) => `${input}!` },
  'my-plugin/with-default': { description: 'Has a default', input_schema: OBJECT({ a: { type: 'integer' } }, { default: { a: 5 } }), annotations: null, run: (input) => input },
  'my-plugin/forbidden': { description: 'Not for everybody', input_schema: [], annotations: {}, run: () => [403, 'rest_ability_cannot_execute', 'Sorry, you are not allowed to execute this ability.'] },
};

/** `input[a][b]=1` as PHP has it: an object, lists with numbers for keys. */
function phpQuery(search) {
  const query = {};
  for (const [path, value] of search) {
    const keys = path.split(/\]?\[|\]$/).filter((key, at) => at === 0 || key !== '');
    let at = query;
    for (const key of keys.slice(0, -1)) at = typeof at[key] === 'object' ? at[key] : (at[key] = {});
    at[keys.at(-1)] = value;
  }
  return query;
}

/** What WordPress answers at `/wp-json/` where it has no pretty permalinks: the web server has no such folder, or WordPress 7.1 guesses an address, or shows a page. */
const NO_FOLDER = {
  absent: (response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>'),
  guess: (response, { pathname, search }) => response.writeHead(301, { location: `${pathname.replace(/\/*$/, '/')}${search}` }).end(),
  page: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>'),
};

/** @param {{ plain?: false | keyof typeof NO_FOLDER, extra?: number, login?: string, without?: boolean }} [options] `plain`: no pretty permalinks; `extra`: so many abilities more; `without`: before 6.9 */
export async function startAbilities({ plain = false, extra = 0, login = 'Basic dXNlcjphYmNkIGVmZ2g=', without = false } = {}) {
  const abilities = { ...ABILITIES };
  for (let nth = 0; nth < extra; nth++) abilities[`more/no-${nth}`] = { description: 'More', input_schema: [], annotations: {}, run: () => nth };
  const asked = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://site');
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
    asked.push({ method: request.method, url: `${url.pathname}${url.search}`, body, headers: request.headers });
    const send = (status, value, headers = {}) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    const fail = (status, code, message) => send(status, { code, message, data: { status } });
    const route = plain ? url.searchParams.get('rest_route') : url.pathname.replace(/^\/blog\/wp-json/, '');
    if (!route || (!plain && !url.pathname.startsWith('/blog/wp-json/'))) return NO_FOLDER[plain || 'absent'](response, url);
    if (without || !route.startsWith('/wp-abilities/v1/abilities')) return fail(404, 'rest_no_route', 'No route was found matching the URL and request method.');
    if (request.headers.authorization !== login) return fail(401, 'rest_forbidden', 'Sorry, you are not allowed to do that.');
    const query = phpQuery(url.searchParams);
    const name = /^\/wp-abilities\/v1\/abilities\/(.+)\/run$/.exec(route)?.[1];
    if (name === undefined) {
      const list = Object.entries(abilities).filter(([of]) => !query.category || of.startsWith(query.category));
      const [page, size] = [Number(query.page ?? 1), Number(query.per_page ?? 50)];
      const items = list.slice((page - 1) * size, page * size).map(([of, { run: _, annotations, ...ability }]) => ({ name: of, label: of, description: '', category: 'c', ...ability, output_schema: [], meta: { annotations, show_in_rest: true } }));
      return send(200, items, { 'x-wp-total': String(list.length), 'x-wp-totalpages': String(Math.ceil(list.length / size)) });
    }
    const ability = abilities[name];
    if (!ability) return fail(404, 'rest_ability_not_found', 'Ability not found.');
    const { readonly, destructive, idempotent } = ability.annotations ?? {};
    const method = readonly ? 'GET' : destructive && idempotent ? 'DELETE' : 'POST';
    if (request.method !== method) return fail(405, 'rest_ability_invalid_method', `this ability wants ${method}`);
    const schema = Array.isArray(ability.input_schema) ? undefined : ability.input_schema;
    const input = (method === 'POST' ? body?.input : query.input) ?? schema?.default ?? null;
    if (!schema && input !== null) return fail(400, 'ability_missing_input_schema', 'This ability takes no input.');
    if (schema && (input === null || (schema.type === 'object' && typeof input !== 'object' && input !== ''))) {
      return fail(400, 'ability_invalid_input', `Ability "${name}" has invalid input. Reason: input is not of type ${schema.type}.`);
    }
    const result = ability.run(input);
    return Array.isArray(result) && result[0] >= 400 ? fail(...result) : send(200, result);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { asked, siteUrl: plain ? origin : `${origin}/blog`, close: () => (server.closeAllConnections(), server.close()) };
}
