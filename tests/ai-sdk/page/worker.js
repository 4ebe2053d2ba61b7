// The page's route on a Worker: Claude with a tool that the Worker runs, and one that the page runs.

import { Anthropic } from 'rivulet';
import { chatRoute } from 'rivulet/ai-sdk';

const tool = (name, properties) => ({ type: 'function', function: { name, description: name, parameters: { type: 'object', properties } } });
const TOOLS = [tool('get_weather', { city: { type: 'string' } }), tool('where_am_i', {})];

/** The loop around tools in its shortest form: a reply over all steps. `runTools` of rivulet/tools is the whole one. */
function loop(provider, { messages, signal }) {
  let current;
  const run = {
    messages: [],
    get usage() { return current.usage; },
    get finish() { return current.finish; },
    get message() { return current.message; },
    conversation: undefined,
    return: () => current?.return(),
    events: (async function* () {
      for (;;) {
        current = provider.createAsyncGenerator({ messages: [...messages, ...run.messages], tools: TOOLS, reasoningEffort: 'high', signal });
        for await (const event of current.events) if (event.type !== 'finish') yield event;
        run.messages.push(current.message);
        const own = current.toolCalls.filter(({ name }) => name === 'get_weather');
        for (const { id, name, arguments: json } of own) {
          const result = `12 degrees in ${JSON.parse(json).city}`;
          run.messages.push({ role: 'tool', tool_call_id: id, content: result });
          yield { type: 'tool-result', id, name, result };
        }
        if (own.length === 0 || own.length < current.toolCalls.length) return yield { type: 'finish', ...current.finish };
      }
    })(),
  };
  return run;
}

export default {
  fetch(request, { SERVICES_URL, SERVICE_KEY }) {
    const claude = new Anthropic({ apiKey: SERVICE_KEY, defaultModel: 'stub-1', baseUrl: `${SERVICES_URL}/anthropic/v1`, retries: 0 });
    const route = chatRoute((chat) => loop(claude, chat), {
      onError: (error) => `The service is ${error.status === 529 ? 'busy' : 'gone'}.`,
      messageMetadata: ({ usage }) => (usage ? { tokens: usage.totalTokens } : undefined),
    });
    return route(request);
  },
};
