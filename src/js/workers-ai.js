import { ChatError } from './error.js';
import { ownProperties } from './options.js';
import { Provider } from './provider.js';
import { errorMessageOf } from './web.js';

export class WorkersAi extends Provider {
  static name = 'WorkersAi';
  static protocol = 'WorkersAi';

  constructor(settings) {
    super(settings && ownProperties(settings).binding !== undefined ? bound(settings) : settings);
  }
}

/** A binding is a `fetch` that needs no account, and that no other `fetch` can take the place of. */
function bound({ binding, ...settings }) {
  if (typeof binding?.run !== 'function') throw new ChatError('input', 'binding must be env.AI, which has a method run');
  return { ...settings, accountId: 'binding', transport: (url, init) => run(binding, url, init) };
}

/** What the binding gives, as the response that the REST API would have sent. */
async function run(binding, url, { body, signal }) {
  const model = url.slice(url.indexOf('/ai/run/') + '/ai/run/'.length);
  try {
    // Of all requests the list of models alone has no body.
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

/** The table of Cloudflare's documentation (July 2026). */
const STATUS = {
  3003: 400, 3039: 400, 5004: 400, 5007: 400,
  3023: 403, 3041: 403, 5016: 403, 5018: 403,
  3042: 404,
  5005: 405, 5019: 405,
  3007: 408, 3008: 408,
  3006: 413,
  3036: 429, 3040: 429,
};

/** The internal code stands before the words, perhaps behind other numbers and names: `AiError: 3040: ...`. */
function codeOf(code, message) {
  const said = message.match(/\b\d{4}(?=:)/g) ?? [];
  return [code, ...said].find((known) => Object.hasOwn(STATUS, known));
}
