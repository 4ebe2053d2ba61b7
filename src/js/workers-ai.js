import { keyed_workers_ai } from '#parts';
import { ChatError } from './error.js';
import { ownProperties } from './options.js';
import { Provider } from './provider.js';
import { errorMessageOf } from './web.js';

export class WorkersAi extends Provider {
  static name = 'WorkersAi';
  static protocol = 'WorkersAi';
  static part = () => keyed_workers_ai;

  constructor(settings) {
    super(settings && ownProperties(settings).binding !== undefined ? withTransport(settings) : settings);
  }
}

/**
 * The settings with the binding as `transport`: a `fetch` that needs no account, and that the option `fetch` does not replace. The
 * account id only fills its place in the URL.
 */
function withTransport({ binding, ...settings }) {
  if (typeof binding?.run !== 'function') throw new ChatError('input', 'binding must be env.AI, which has a method run');
  return { ...settings, accountId: 'binding', transport: (url, init) => run(binding, url, init) };
}

/** Calls the binding, and makes its result the response that the REST API would have sent. */
async function run(binding, url, { body, signal }) {
  // Without the query that `baseUrl` may have.
  const [model] = url.slice(url.indexOf('/ai/run/') + '/ai/run/'.length).split('?');
  try {
    // Only the request for the list of models has no body.
    if (body === undefined) return Response.json({ result: await binding.models({ task: 'Text Generation', per_page: 1000 }) });
    const result = await binding.run(model, JSON.parse(body), { signal });
    if (result instanceof Response) return result;
    if (!(result instanceof ReadableStream)) return Response.json(result);
    return new Response(result, { headers: { 'content-type': 'text/event-stream' } });
  } catch (error) {
    const message = errorMessageOf(error) ?? 'the binding failed';
    const code = codeOf(error?.code, message);
    return Response.json({ errors: [{ code, message }] }, { status: STATUS[code] ?? 500 });
  }
}

/** HTTP status by internal code, as Cloudflare's documentation of July 2026 has it. */
const STATUS = {
  3003: 400, 3039: 400, 5004: 400, 5007: 400,
  3023: 403, 3041: 403, 5016: 403, 5018: 403,
  3042: 404,
  5005: 405, 5019: 405,
  3007: 408, 3008: 408,
  3006: 413,
  3036: 429, 3040: 429,
};

/** The internal code: `code` of the error, or a number before a colon in its message, as in `AiError: 3040: ...`. */
function codeOf(code, message) {
  const inMessage = message.match(/\b\d{4}(?=:)/g) ?? [];
  return [code, ...inMessage].find((known) => Object.hasOwn(STATUS, known));
}
