// What README.md and pages of docs/ print runs as it is printed; only the site is the local one, and the services are stubs.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import * as edge from '../../dist/edge.js';
import * as rivulet from '../../dist/index.js';
import * as tools from '../../dist/tools.js';
import { bodyOf, sources } from '../recipes/workshop.mjs';
import { useSite } from './helper.mjs';
import { call, end, says, streams } from './services.mjs';

const SITE = 'https://shop.example';
const KEY = 'right-key';
const UNDICI = 'data:text/javascript,export const { fetch } = globalThis; export class ProxyAgent {}';

const recipes = Object.values(await sources('docs/recipes')).map(bodyOf);

const used = useSite();
const { fetch } = globalThis;
before(() => {
  globalThis.fetch = async (url, init) => {
    const { host, pathname } = new URL(url);
    if (pathname.endsWith('/embeddings')) return vectors(JSON.parse(init.body));
    if (pathname.includes('/wp-abilities/')) return Response.json([]);
    if (host === 'api.openai.com') return openai(String(init.body)) ?? says(...(String(init.body).includes('json_schema') ? ['{"name":', '"Ann"}'] : ['Hel', 'lo']))(init, () => {});
    if (host === 'api.anthropic.com') return claude(JSON.parse(new TextDecoder().decode(await new Response(init.body).arrayBuffer())));
    return host === 'localhost:11434' ? new Response('', { status: 503 }) : fetch(url, init);
  };
});
after(() => {
  globalThis.fetch = fetch;
});

/** OpenAI's answer, in which each vector has as many numbers as are asked for. */
function vectors({ input, dimensions, model }) {
  return Response.json({ model, data: input.map((_, index) => ({ index, embedding: Array(dimensions).fill(0.5) })), usage: { prompt_tokens: 4, total_tokens: 4 } });
}

/** Calls the tool, if there is one whose result did not come yet. */
function openai(body) {
  const { tools: given, messages } = JSON.parse(body);
  if (!given || messages.some(({ role }) => role === 'tool')) return undefined;
  return streams([...call(0, 'c', given[0].function.name, ['{"city":"Oslo"}']), ...end('tool_calls')])({}, () => {});
}

const signed = { type: 'thinking', thinking: 'Hm.', signature: 'signed' };

/** Calls a tool, if there is one and it was not called. Its reasoning has to come back with the result, as it has to at the service. */
function claude({ messages, tools }) {
  const calls = tools?.some(({ name }) => name === 'weather') && messages.length === 1;
  const content = calls ? [signed, { type: 'tool_use', id: 't', name: 'weather', input: { city: 'Oslo' } }] : [{ type: 'text', text: 'Yes.' }];
  if (messages.length > 1) {
    const result = { type: 'tool_result', tool_use_id: 't', content: 'weather {"city":"Oslo"}' };
    assert.deepEqual(messages.slice(1).map(({ content: blocks }) => blocks), [[signed, { type: 'tool_use', id: 't', name: 'weather', input: { city: 'Oslo' } }], [result]]);
  }
  return Response.json({ type: 'message', content, stop_reason: calls ? 'tool_use' : 'end_turn' });
}

/** What stands around an example in somebody's program. */
function around() {
  const shop = new rivulet.AiEngine({ url: used.site.url });
  const messages = [{ role: 'user', content: 'Hi' }];
  const nothing = () => {};
  return {
    ...rivulet, ...edge, ...tools, shop, messages, reply: shop.createAsyncGenerator({ messages }), KEY, apiKey: 'sk-0123456789',
    baseURL: 'https://api.openai.com/v1', show: nothing, showInstead: nothing, retryIn: nothing, resource: 'r', deployment: 'd', project: 'p', account: 'a', gatewayId: 'g', cloudflareToken: 't',
    tools: [{ type: 'function', function: { name: 'weather' } }], runTool: async (name, json) => `${name} ${json}`,
    claude: new rivulet.Anthropic({ apiKey: 'sk-0123456789', defaultModel: 'claude-opus-5-5' }),
    client: { listTools: async () => ({ tools: [] }), callTool: async () => ({ content: [] }) }, applicationPassword: 'abcd efgh', confirm: () => true,
    process: { stdout: { write: nothing } }, console: { log: nothing, warn: nothing },
  };
}

/** Runs an example, and gives what it exports. */
async function run(example) {
  const source = example
    .replaceAll(SITE, used.site.url)
    .replace("'/help/'", "'/chat-puffer/'")
    .replace(/'rivulet(?:\/(ai-sdk|edge|openai-client|tools))?'/g, (_, name = 'index') => `'${import.meta.resolve(`../../dist/${name}.js`)}'`)
    .replace("'undici'", `'${UNDICI}'`)
    .replace(/from '(ai|zod)'/g, (_, name) => `from '${import.meta.resolve(name)}'`)
    .replace("'@opentelemetry/api'", `'${import.meta.resolve('@opentelemetry/api')}'`);
  const imported = [...source.matchAll(/import (?:\{ (.*) \}|(\w+)) from/g)].flatMap(([, names, whole]) => whole ?? names.split(', ').map((name) => name.split(' as ').at(-1)));
  const declared = [...source.matchAll(/^ *(?:const|let) (\w+)/gm)].map(([, name]) => name);
  globalThis.around = around();
  const given = Object.keys(globalThis.around).filter((name) => ![...imported, ...declared].includes(name));
  return import(`data:text/javascript,${encodeURIComponent(`const { ${given} } = globalThis.around;\n${source}`)}`);
}

for (const [file, least] of [['README.md', 12], ['docs/edge.md', 2], ['docs/services.md', 4], ['docs/openai-client.md', 4], ['docs/tools.md', 3], ['docs/ai-sdk.md', 5]]) {
  const text = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
  // Recipes run as they are printed in tests/recipes.
  const examples = [...text.matchAll(/^( *)```js\n([^]*?)^ *```$/gm)].map(([, , example]) => example).filter((example) => !recipes.includes(example));

  test(`${file} has examples`, () => assert.ok(examples.length >= least, `${examples.length}`));

  for (const [i, example] of examples.entries()) {
    test(`${file}, example ${i + 1}: ${example.trim().split('\n')[0]}`, async () => {
      const { default: worker } = await run(example);
      if (worker === undefined) return;
      if (example.includes('toResponse')) {
        const said = await worker.fetch(new Request('https://edge.example', { method: 'POST', body: 'Hi' }));
        return assert.match(await said.text(), /^Hello from the stub model/);
      }
      const body = JSON.stringify({ model: 'shop', messages: [{ role: 'user', content: 'Hi' }] });
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };
      const request = new Request('https://edge.example/v1/chat/completions', { method: 'POST', headers, body });
      const SESSIONS = { get: async () => null, put: async () => {}, delete: async () => {} };
      const response = await worker.fetch(request, { SITE: used.site.url, KEY, SESSIONS });
      assert.match((await response.json()).choices[0].message.content, /^Hello from the stub model/);
    });
  }
}
