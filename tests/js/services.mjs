// Services that speak OpenAI's Chat Completions out of a `fetch`, without a network.

import { OpenAiChat } from '../../dist/index.js';

export const USAGE = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };

export const frame = (value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
export const delta = (given, finish = null) => frame({ choices: [{ index: 0, delta: given, finish_reason: finish }] });
export const text = (words) => delta({ content: words });
export const call = (index, id, name, given) => [
  delta({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
  ...given.map((piece) => delta({ tool_calls: [{ index, function: { arguments: piece } }] })),
];
/** The end of a reply. */
export const end = (finish = 'stop') => [delta({}, finish), frame({ choices: [], usage: USAGE }), frame('[DONE]')];

/** Answers: of a call's `init` and of `stopped`, to be called when nobody wants the rest. */
export const says = (...words) => streams([...words.map(text), ...end()]);
export const begins = (...words) => streams(words.map(text), { open: true });
export const fails = (status, code, headers = {}) => () =>
  new Response(JSON.stringify({ error: { message: 'no', code } }), { status, headers });
export const mute = () => ({ signal }, stopped) => new Promise((_, reject) => {
  signal.addEventListener('abort', () => {
    stopped();
    reject(signal.reason);
  });
});

/** Each part is a network chunk, handed out when it is asked for. */
export function streams(parts, { open = false, breaks } = {}) {
  return (_, stopped) => {
    const left = parts.map((part) => new TextEncoder().encode(part));
    const pull = (controller) => {
      if (left.length > 0) return controller.enqueue(left.shift());
      if (breaks) return controller.error(breaks);
      if (open) return new Promise(() => {});
      controller.close();
    };
    return new Response(new ReadableStream({ pull, cancel: stopped }, { highWaterMark: 0 }), { headers: { 'content-type': 'text/event-stream' } });
  };
}

/** The same in the protocol of Responses. */
export const responds = (id, words) => streams([
  frame({ type: 'response.output_text.delta', delta: words }),
  frame({ type: 'response.completed', response: { id, status: 'completed' } }),
]);

/** A provider of that name, and what its service was asked; `stopped` when somebody no longer wanted the answer. */
export function service(name, answer, Class = OpenAiChat) {
  const calls = [];
  let stop;
  let ask;
  const stopped = new Promise((resolve) => {
    stop = resolve;
  });
  const asked = new Promise((resolve) => {
    ask = resolve;
  });
  const fetch = async (url, init) => {
    calls.push({ url, headers: new Headers(init.headers), body: init.body && JSON.parse(init.body) });
    ask();
    return answer(init, stop);
  };
  const provider = new Class({ name, apiKey: 'sk-canary-0123456789', defaultModel: `${name}-1`, retries: 0, fetch });
  return { provider, calls, asked, stopped };
}
