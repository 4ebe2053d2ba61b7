// The Worker under test, written as a user writes one. `env.SITE` is the local site; the path chooses what is done.

import { AiEngine, AiPower, AiPuffer, ChatError, OpenAiChat } from 'rivulet';
import { runTools, tool } from 'rivulet/tools';
import OpenAI, { ChatCompletionStream } from 'rivulet/openai-client';

const routes = {
  /** A reply as a streamed response; it ends upstream when the client leaves. */
  '/reply': ({ provider, messages, signal }) => provider.createAsyncGenerator({ messages, signal }).toResponse(),

  /** Two replies within one request, read in turns. */
  '/two': async ({ provider, messages }) => {
    const replies = [0, 1].map(() => provider.createAsyncGenerator({ messages }));
    return Response.json(await Promise.all(replies.map(pieces)));
  },

  /** A reply that the Worker itself gives up after the first piece. */
  '/abort': async ({ provider, messages }) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const reply = provider.createAsyncGenerator({ messages, signal: controller.signal });
    const { value } = await reply.next();
    controller.abort(reason);
    const rejection = await reply.next().catch((error) => error);
    return Response.json({ first: value, same: rejection === reason });
  },

  /** The helpers for programs of openai: a stream as events, and another one over `toReadableStream`. */
  '/openai': async ({ provider, messages }) => {
    const { completions } = new OpenAI(provider).chat;
    const params = { messages: [{ role: 'user', content: messages }] };
    const events = [];
    const stream = completions.stream(params).on('content', () => events.push('content')).on('end', () => events.push('end'));
    const content = await stream.finalContent();
    const copy = await ChatCompletionStream.fromReadableStream(completions.stream(params).toReadableStream()).finalContent();
    const error = await completions.create({ ...params, n: 2 }).catch((failure) => failure);
    return Response.json({ content, copy, events: [...new Set(events)], isBadRequest: error instanceof OpenAI.BadRequestError });
  },

  /** The loop around tool calls, and an object as it grows. */
  '/tools': async () => {
    const stream = (...chunks) => new Response(chunks.map((chunk) => `data: ${JSON.stringify({ choices: [{ index: 0, ...chunk }] })}\n\n`).join(''), { headers: { 'content-type': 'text/event-stream' } });
    let turn = 0;
    const calls = [{ index: 0, id: 'c', type: 'function', function: { name: 'weather', arguments: '{"city":"Rom"}' } }];
    const fetch = async () => (turn++ === 0 ? stream({ delta: { tool_calls: calls }, finish_reason: 'tool_calls' })
      : stream({ delta: { content: '{"city":"Rom","deg' } }, { delta: { content: 'rees":12}' }, finish_reason: 'stop' }));
    const weather = tool({ name: 'weather', run: async ({ city }) => `12 degrees in ${city}` });
    const reply = runTools(new OpenAiChat({ apiKey: 'k', defaultModel: 'm', fetch }), { messages: 'Hi', tools: [weather], output: { type: 'object' } });
    const partials = [];
    for await (const partial of reply.partialObjects) partials.push(partial);
    return Response.json({ partials, result: reply.messages[1].content });
  },

  '/userAgent': () => new Response(navigator.userAgent),
};

async function pieces(reply) {
  const all = [];
  for await (const text of reply) all.push(text);
  return all;
}

function providerOf(name, url) {
  switch (name) {
    case 'AiPower': return new AiPower({ url });
    case 'AiPuffer': return new AiPuffer({ url, botId: 5 });
    default: return new AiEngine({ url });
  }
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const provider = providerOf(searchParams.get('provider'), searchParams.get('site') ?? env.SITE);
    const model = searchParams.get('model');
    try {
      if (model) provider.with({ models: ['gpt-4'] }).getModel(model);
      return await routes[pathname]({
        provider,
        messages: searchParams.get('messages') ?? 'Hello',
        signal: request.signal,
      });
    } catch (error) {
      const { name, code, status, retryable, message } = error;
      return Response.json({ chatError: error instanceof ChatError, name, code, status, retryable, message }, {
        status: 502,
      });
    }
  },
};
