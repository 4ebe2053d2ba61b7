import { ChatError } from './error.js';
import { Provider } from './provider.js';

export class WorkersAi extends Provider {
  static name = 'WorkersAi';
  static protocol = 'WorkersAi';

  constructor(settings) {
    super(settings?.binding === undefined ? settings : bound(settings));
  }
}

/** A binding is a `fetch` that needs no account. */
function bound({ binding, ...settings }) {
  if (typeof binding?.run !== 'function') throw new ChatError('input', 'binding must be env.AI, which has a method run');
  return { accountId: 'binding', ...settings, fetch: (url, { body }) => run(binding, url, body) };
}

/** What the binding gives, as the response that the REST API would have sent. */
async function run(binding, url, body) {
  const model = decodeURIComponent(url.slice(url.indexOf('/ai/run/') + '/ai/run/'.length));
  try {
    const result = await binding.run(model, JSON.parse(body));
    if (result instanceof Response) return result;
    if (result instanceof ReadableStream) return new Response(result, { headers: { 'content-type': 'text/event-stream' } });
    return Response.json(result);
  } catch (error) {
    const message = String(error?.message ?? error);
    return Response.json({ errors: [{ message }] }, { status: statusOf(message) });
  }
}

/** The table of Cloudflare's documentation (July 2026); messages of the binding begin with the internal code. */
const STATUS = {
  3003: 400, 3039: 400, 5004: 400, 5007: 400,
  3023: 403, 3041: 403, 5016: 403, 5018: 403,
  3042: 404,
  5005: 405, 5019: 405,
  3007: 408, 3008: 408,
  3006: 413,
  3036: 429, 3040: 429,
};

const statusOf = (message) => STATUS[/\b[35]0\d\d\b/.exec(message)?.[0]] ?? 500;
