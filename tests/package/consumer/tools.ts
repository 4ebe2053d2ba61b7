// What `rivulet/tools` takes and gives, with the schemas of each library. Compiled, never run.

import { type as arktype } from 'arktype';
import { Client, Fallback, OpenAiChat, type Message, type Reply, type ReplyEvent } from 'rivulet';
import { type McpClient, type RunReply, type StandardSchema, type Step, type Tool, abilityTools, mcpTools, runTools, tool } from 'rivulet/tools';
import * as valibot from 'valibot';
import * as zod from 'zod';
import * as mini from 'zod/mini';
import { z as zod3 } from 'zod-3';

const provider = new OpenAiChat({ apiKey: 'key' });
const messages: Message[] = [{ role: 'user', content: 'Hi' }];

/** Only the very same type is taken, and `any` is not. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

export const tools = [
  tool({
    name: 'zod', description: 'd', parameters: zod.object({ city: zod.string(), days: zod.number().default(1), at: zod.string().transform(Number) }),
    run(args, { toolCallId, messages: given, signal }) {
      same<typeof args, { city: string; days: number; at: number }>(true);
      same<typeof toolCallId, string>(true);
      same<typeof given, readonly Message[]>(true);
      return fetch(args.city, { signal }).then((response) => response.json());
    },
  }),
  tool({ name: 'mini', parameters: { schema: mini.object({ city: mini.string() }), jsonSchema: {} }, run: (args) => same<typeof args, { city: string }>(true) }),
  tool({ name: 'zod3', parameters: { schema: zod3.object({ city: zod3.string() }), jsonSchema: {} }, run: (args) => same<typeof args, { city: string }>(true) }),
  tool({ name: 'valibot', parameters: { schema: valibot.object({ city: valibot.optional(valibot.string(), 'x') }), jsonSchema: {} }, run: (args) => same<typeof args, { city: string }>(true) }),
  tool({ name: 'arktype', parameters: arktype({ city: 'string' }), run: (args) => same<typeof args, { city: string }>(true), needsApproval: ({ city }) => city.length > 3 }),
  tool({ name: 'json', parameters: { type: 'object', properties: { city: { type: 'string' } } }, run: ({ city }) => city, needsApproval: true, strict: true }),
  tool({ name: 'none', run: () => [{ type: 'text', text: 'x' }] }),
  tool({ name: 'open', parameters: zod.object({ city: zod.string() }) }),
];
const all: Tool[] = [...tools];

export async function uses(mcp: McpClient): Promise<void> {
  const reply = runTools(provider, {
    messages, tools: [...tools, ...await mcpTools(mcp, { prefix: 'a_' }), ...await abilityTools({ siteUrl: 'https://shop.example' }), { type: 'web_search' }, { name: 'plain', parameters: {}, run: () => 1 }],
    toolChoice: (step) => (step === 0 ? 'required' : undefined), maxSteps: 3, maxCallsPerStep: 4, model: 'gpt', temperature: 0, timeout: { total: 5_000 }, approvals: { a: true, b: 'no' },
    onStep: (step: Step) => step.results.length,
  });
  const asReply: Reply = reply;
  for await (const event of asReply.events) {
    const given: ReplyEvent = event;
    if (given.type === 'tool-result') given.isError satisfies true | undefined;
    if (given.type === 'tool-approval') given.arguments satisfies string;
  }
  messages.push(...reply.messages);
  same<Awaited<ReturnType<typeof reply.object>>, never>(true);

  const City = zod.object({ city: zod.string(), at: zod.array(zod.object({ day: zod.number() })) });
  const output = runTools(new Fallback([provider]), { messages, output: City });
  same<Awaited<ReturnType<typeof output.object>>, { city: string; at: { day: number }[] }>(true);
  const typed: RunReply<{ city: string; at: { day: number }[] }> = output;
  for await (const partial of typed.partialObjects) same<typeof partial, { city?: string; at?: { day?: number }[] }>(true);
  same<string, Awaited<ReturnType<typeof list.object>>[number]>(true);
  same<Awaited<ReturnType<typeof json.object>>, any>(true);
  if (typeof output.usage?.totalTokens === 'number') output.steps.at(-1)?.usage?.totalTokens;
}
const list = runTools(new Client(provider), { messages, output: arktype('string[]') });
const json = runTools(provider, { messages, output: { type: 'object' }, tools: all });

export function wrong(own: StandardSchema<{ a: number }>): void {
  // @ts-expect-error: the wrong type of an argument
  tool({ name: 'x', parameters: zod.object({ a: zod.string() }), run: ({ a }: { a: number }) => a });
  // @ts-expect-error: no such argument
  tool({ name: 'x', parameters: zod.object({ a: zod.string() }), run: ({ b }) => b });
  // @ts-expect-error: needsApproval has the same arguments
  tool({ name: 'x', parameters: own, needsApproval: ({ b }) => b });
  // @ts-expect-error: no schema
  tool({ name: 'x', parameters: 42, run: () => 1 });
  // @ts-expect-error: no name
  tool({ run: () => 1 });
  // @ts-expect-error: the name of another package
  tool({ name: 'x', execute: () => 1 });
  // @ts-expect-error: no tool
  runTools(provider, { messages, tools: [42] });
  // @ts-expect-error: tools are a list
  runTools(provider, { messages, tools: { weather: tools[0] } });
  // @ts-expect-error: misspelt
  runTools(provider, { messages, maxStep: 3 });
  // @ts-expect-error: approvals are answers
  runTools(provider, { messages, approvals: { a: 1 } });
  // @ts-expect-error: no provider
  runTools({}, { messages });
  // @ts-expect-error: no messages
  runTools(provider, { tools: all });
}
