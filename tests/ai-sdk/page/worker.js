// The page's route on a Worker: Claude with a tool that the Worker runs, and one that the page runs.

import { Anthropic } from 'rivulet';
import { chatRoute } from 'rivulet/ai-sdk';
import { runTools, tool } from 'rivulet/tools';

const object = (properties) => ({ type: 'object', properties });
const tools = [
  tool({ name: 'get_weather', description: 'The weather', parameters: object({ city: { type: 'string' } }), run: ({ city }) => `12 degrees in ${city}` }),
  // Without `run`: the page answers.
  tool({ name: 'where_am_i', description: 'Where the user is', parameters: object({}) }),
];

export default {
  fetch(request, { SERVICES_URL, SERVICE_KEY }) {
    const claude = new Anthropic({ apiKey: SERVICE_KEY, defaultModel: 'stub-1', baseUrl: `${SERVICES_URL}/anthropic/v1`, retries: 0 });
    const route = chatRoute(({ messages, signal, approvals }) => runTools(claude, { messages, signal, approvals, tools, reasoningEffort: 'high' }), {
      onError: (error) => `The service is ${error.status === 529 ? 'busy' : 'gone'}.`,
      messageMetadata: ({ usage }) => (usage ? { tokens: usage.totalTokens } : undefined),
    });
    return route(request);
  },
};
