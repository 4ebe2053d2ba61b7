// @openai/agents over Chat Completions and over Responses.

import { LOOK, SCHEMA, TOOL } from '../features.mjs';
import { load } from './load.mjs';
import { told } from './openai.mjs';

const driver = ({ Agent, Runner, tool, OpenAIProvider }, OpenAI, useResponses) => ({ baseURL, apiKey }) => {
  const modelProvider = new OpenAIProvider({ openAIClient: new OpenAI({ baseURL, apiKey, maxRetries: 0 }), useResponses });
  return async (ask, { model, run }) => {
    const ran = [];
    const { name, description, parameters } = ask.looks ? LOOK : TOOL;
    const agent = new Agent({
      name: 'tester', model,
      modelSettings: { store: false, ...(ask.effort && { reasoning: { effort: 'high', summary: 'auto' }, providerData: useResponses ? { include: ['reasoning.encrypted_content'] } : undefined }) },
      ...(ask.op === 'loop' && {
        tools: [tool({
          name, description, parameters, strict: true,
          execute: async (input) => {
            ran.push(input);
            const { text, picture } = run(name, input);
            return picture ? { type: 'image', image: { data: picture, mediaType: 'image/png' } } : text;
          },
        })],
      }),
      ...(ask.schema && { outputType: { type: 'json_schema', name: 'weather', strict: true, schema: SCHEMA } }),
    });
    const input = [{
      role: 'user',
      content: [
        { type: 'input_text', text: ask.prompt },
        ...(ask.picture ? [{ type: 'input_image', image: `data:image/png;base64,${ask.picture}` }] : []),
        ...(ask.file ? [{ type: 'input_file', file: `data:application/pdf;base64,${ask.file}`, filename: 'a.pdf' }] : []),
      ],
    }];
    const controller = new AbortController();
    const runner = new Runner({ modelProvider, tracingDisabled: true });
    try {
      const result = await runner.run(agent, input, { stream: ask.stream, signal: controller.signal });
      let pieces = 0;
      if (ask.stream) {
        for await (const event of result) {
          if (event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta') {
            pieces += 1;
            if (pieces === ask.abortAfter) {
              controller.abort();
              return { aborted: true };
            }
          }
        }
        await result.completed;
        if (result.error) throw result.error;
      }
      const reasoning = result.newItems.filter(({ type }) => type === 'reasoning_item')
        .flatMap(({ rawItem }) => [...(rawItem.content ?? []), ...(rawItem.rawContent ?? [])]).map(({ text }) => text).join('');
      const usage = result.runContext?.usage ?? result.state.usage ?? result.state._context?.usage;
      const sum = (list, key) => (list ?? []).reduce((total, one) => total + (one[key] ?? 0), 0);
      return {
        text: result.finalOutput, pieces, ran, reasoning, object: result.finalOutput,
        usage: usage && { input: usage.inputTokens, output: usage.outputTokens, cached: sum(usage.inputTokensDetails, 'cached_tokens'), reasoning: sum(usage.outputTokensDetails, 'reasoning_tokens') },
      };
    } catch (error) {
      return told(error);
    }
  };
};

export async function clients(version) {
  const agents = await load('@openai/agents');
  const { default: OpenAI } = await load('openai');
  return {
    [`@openai/agents ${version}, chat`]: { api: 'chat', make: driver(agents, OpenAI, false), cannot: { look: 'Chat Completions has text only in results of tools' } },
    [`@openai/agents ${version}, responses`]: { api: 'responses', carries: ['state', 'stateWhole'], make: driver(agents, OpenAI, true) },
  };
}
