import { fetchBuffered } from '../buffered-fetch.js';
import { ChatError } from '../error.js';
import { base64 } from '../json-copy.js';
import { ownProperties } from '../options.js';
import { approvalOf, checkOptions, checkPages, namer } from './foreign.js';
import { errorMessageOf, race } from '../web.js';
import { isObject } from './schema.js';
import { tool } from './tool.js';

const OPTIONS = ['siteUrl', 'restRoot', 'username', 'applicationPassword', 'authorization', 'headers', 'fetch', 'category'];

const LIST = 'wp-abilities/v1/abilities';

/** As many as WordPress gives on one page. */
const PER_PAGE = 100;

/** Milliseconds for each request. */
const TIMEOUT = 60_000;

/** The most bytes of an answer. */
const LIMIT = 16_777_216;

/** The member that an input which is no object is put into: the arguments of a tool are an object. */
const INPUT = 'input';

export async function abilityTools(options) {
  const given = ownProperties(options);
  const check = checkOptions(given, 'abilityTools', OPTIONS);
  const { siteUrl, username, applicationPassword, authorization, fetch, headers, category, signal, prefix } = given;
  check(isAddress(siteUrl), 'siteUrl must be the address of a site, such as https://shop.example');
  check(fetch === undefined || typeof fetch === 'function', 'fetch must be a function');
  check(headers === undefined || isObject(headers), 'headers must be an object');
  check((username === undefined) === (applicationPassword === undefined), 'username and applicationPassword belong together');
  check(username === undefined || authorization === undefined, 'give authorization, or username and applicationPassword');
  const site = new Site(given);
  const abilities = [];
  for (let page = 1; ; page++) {
    checkPages(page - 1, 'the site');
    const query = { per_page: PER_PAGE, page, ...(category && { category }) };
    const { value, pages } = await site.ask('GET', LIST, query, undefined, signal);
    if (!Array.isArray(value)) throw site.error('protocol', 'the list of abilities is no list');
    for (const each of value) abilities.push(each);
    if (pages === undefined ? value.length < PER_PAGE : page >= pages) break;
  }
  const nameOf = namer(prefix);
  return abilities.filter((ability) => typeof ability?.name === 'string').map((ability) => {
    const { name, label, description, meta } = ability;
    const annotations = isObject(meta?.annotations) ? meta.annotations : {};
    const { parameters, isWrapped, takesInput, hasDefault } = inputOf(ability.input_schema);
    return tool({
      name: nameOf(name),
      description: [description || label, annotations.instructions].filter(Boolean).join('\n\n'),
      parameters,
      needsApproval: approvalOf(given, { name, title: label, description, annotations }),
      run: async (args, context) => {
        const input = isWrapped ? args[INPUT] : args;
        // What is left out gets the default of the ability, where it has one. Without a schema, an input is refused.
        const isLeftOut = !takesInput || input === undefined || (hasDefault && isObject(input) && Object.keys(input).length === 0);
        const { value } = await site.run(name, annotations, isLeftOut ? undefined : input, context.signal);
        return value;
      },
    });
  });
}

function isAddress(given) {
  try {
    return /^https?:$/.test(new URL(given).protocol);
  } catch {
    return false;
  }
}

/** A WordPress site with a login. */
class Site {
  #given;
  #root;
  /** Whether the site has plain permalinks: then the route stands in the query. */
  #isPlain = false;

  constructor(given) {
    this.#given = given;
    const { siteUrl, restRoot = 'wp-json/' } = given;
    const root = new URL(restRoot, `${siteUrl.replace(/\/*$/, '')}/`);
    this.#isPlain = root.searchParams.has('rest_route');
    if (!this.#isPlain) root.pathname = `${root.pathname.replace(/\/*$/, '')}/`;
    this.#root = root;
  }

  error(code, message, more) {
    return new ChatError(code, `${this.#root.host}: ${message}`, more);
  }

  /** Runs an ability by the method that WordPress wants for it. */
  run(name, { readonly, destructive, idempotent }, input, signal) {
    const route = `${LIST}/${name}/run`;
    const method = readonly ? 'GET' : destructive && idempotent ? 'DELETE' : 'POST';
    if (method === 'POST') return this.ask(method, route, {}, input === undefined ? {} : { input }, signal);
    return this.ask(method, route, input === undefined ? {} : { input }, undefined, signal);
  }

  /** Sends a request, and resolves to `{ value, pages }`. */
  async ask(method, route, query, body, signal) {
    const answer = await this.#send(method, route, query, body, signal);
    if (!this.#lacksFolder(answer) || this.#isPlain || this.#given.restRoot !== undefined) return this.#read(answer);
    this.#isPlain = true;
    const { pathname } = this.#root;
    this.#root.pathname = pathname.replace(/wp-json\/$/, '');
    return this.#read(await this.#send(method, route, query, body, signal));
  }

  /** Without pretty permalinks there is no folder `wp-json`: the answer is a 404, a page, or sends to an address that WordPress guesses. */
  #lacksFolder({ status, value, location }) {
    if (value !== undefined) return false;
    if (status < 300 || status > 399) return status < 300 || status === 404;
    try {
      return location !== null && new URL(location, this.#root).origin === this.#root.origin;
    } catch {
      return false;
    }
  }

  async #send(method, route, query, body, signal) {
    const { fetch, headers, timeout = TIMEOUT, authorization, username, applicationPassword } = this.#given;
    const url = new URL(this.#root);
    if (this.#isPlain) url.searchParams.set('rest_route', `/${route}`);
    else url.pathname += route;
    for (const [key, value] of fields(query)) url.searchParams.append(key, value);
    const init = { method, redirect: 'manual', headers: { accept: 'application/json', ...headers } };
    if (body !== undefined) {
      init.headers['content-type'] = 'application/json';
      init.body = JSON.stringify(body);
    }
    const login = username === undefined ? authorization : `Basic ${base64(new TextEncoder().encode(`${username}:${applicationPassword}`))}`;
    const { status, headers: answered, bytes } = await limited(timeout, signal, async (own) => {
      const given = typeof login === 'function' ? await login() : login;
      if (given) init.headers.authorization = given;
      own.throwIfAborted();
      return fetchBuffered(url.href, init, fetch, LIMIT, own).catch((error) => {
        if (own.aborted) throw error;
        throw this.error('network', `the site cannot be reached: ${errorMessageOf(error) ?? 'no response'}`, { retryable: true, cause: error });
      });
    });
    if (bytes?.length > LIMIT) throw this.error('too_large', `the answer is larger than ${LIMIT} bytes`);
    const text = new TextDecoder().decode(bytes);
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      // Told below, where the status is known.
    }
    return { status, value, text, pages: Number(answered.get('x-wp-totalpages') ?? NaN), location: answered.get('location') };
  }

  #read({ status, value, text, pages, location }) {
    const body = text.slice(0, 2000);
    if (status === 0 || (status >= 300 && status < 400)) {
      throw this.error('service', `the site redirects${location ? ` to ${location}` : ''}: give the address that it redirects to as siteUrl`, { status: status || undefined });
    }
    if (status < 200 || status >= 300) {
      const { code, message } = isObject(value) ? value : {};
      const isAbsent = code === 'rest_no_route' || (status === 404 && code === undefined);
      const why = isAbsent ? 'the site has no abilities (WordPress has them since 6.9)' : message ?? `HTTP ${status}`;
      const kind = status === 401 || status === 403 ? 'auth' : 'service';
      throw this.error(kind, code && !isAbsent ? `${why} (${code})` : why, { status, serviceCode: code, body, retryable: status === 429 || status >= 500 });
    }
    if (value === undefined) throw this.error('protocol', 'the answer is no JSON', { status, body });
    return { value, pages: Number.isNaN(pages) ? undefined : pages };
  }
}

/** The fields of a query as PHP reads them back: `input[user][id]=1`. */
function* fields(value, name = '') {
  for (const [key, each] of Object.entries(value)) {
    const path = name === '' ? key : `${name}[${key}]`;
    const isNested = typeof each === 'object' && each !== null;
    if (isNested && Object.keys(each).length > 0) yield* fields(each, path);
    // An empty text counts there as an empty list or object, and as nothing.
    else if (each !== undefined) yield [path, isNested || each === null ? '' : String(each)];
  }
}

/** What an ability takes, as the parameters of a tool. */
function inputOf(given) {
  // PHP writes an empty object as a list.
  if (!isObject(given) || Object.keys(given).length === 0) return { parameters: { type: 'object', properties: {} }, takesInput: false };
  const schema = plainSchema(given);
  const types = [schema.type ?? (schema.properties ? 'object' : [])].flat();
  const facts = { takesInput: true, hasDefault: 'default' in given };
  if (types.includes('object')) return { parameters: { ...schema, type: 'object' }, ...facts };
  return { parameters: { type: 'object', properties: { [INPUT]: schema }, required: facts.hasDefault ? [] : [INPUT] }, isWrapped: true, ...facts };
}

/** The schema as others read it. WordPress also knows `required: true` at a member itself, and its functions are nobody's business. */
function plainSchema(given) {
  const { $schema: _, required, sanitize_callback: __, validate_callback: ___, arg_options: ____, ...schema } = given;
  if (Array.isArray(required)) schema.required = required;
  for (const key of ['items', 'additionalProperties']) if (isObject(schema[key])) schema[key] = plainSchema(schema[key]);
  for (const key of ['anyOf', 'oneOf', 'allOf']) if (Array.isArray(schema[key])) schema[key] = schema[key].map((each) => (isObject(each) ? plainSchema(each) : each));
  if (schema.properties === undefined) return schema;
  const members = isObject(schema.properties) ? Object.entries(schema.properties).filter(([, each]) => isObject(each)) : [];
  schema.properties = Object.fromEntries(members.map(([name, each]) => [name, plainSchema(each)]));
  const marked = members.filter(([, each]) => each.required === true).map(([name]) => name);
  if (marked.length > 0) schema.required = [...new Set([...schema.required ?? [], ...marked])];
  return schema;
}

/** Calls `run` with a signal that is aborted by `signal`, or after so many milliseconds. */
async function limited(ms, signal, run) {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  if (signal?.aborted) throw signal.reason;
  signal?.addEventListener('abort', onAbort);
  const late = new ChatError('timeout', `no answer within ${ms} ms`, { retryable: true });
  // Timers cannot wait longer than 2^31 ms.
  const timer = ms < 2 ** 31 ? setTimeout(() => controller.abort(late), ms) : undefined;
  try {
    // A caller's `fetch` need not listen to a signal.
    return await race(run(controller.signal), controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
