// The types of `rivulet/ai-sdk` are those that the real packages want: models, providers, transports and messages of ai 5, 6 and 7.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { ROOT, nodeBin } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { packages } from '../clients/sdks/load.mjs';

const LINKED = ['ai', 'ai-5', 'ai-6', '@ai-sdk', 'ai-sdk-provider-2', 'ai-sdk-provider-3', 'ai-sdk-react-3', 'react', 'zod'];
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rivulet-ai-sdk-types-'));
  const [from, to] = [await packages(), join(folder, 'node_modules')];
  await mkdir(to);
  for (const name of LINKED) await symlink(join(from, name), join(to, name), 'junction');
  await symlink(ROOT, join(to, 'rivulet'), 'junction');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});
after(() => rm(folder, { recursive: true, force: true }));

for (const moduleResolution of ['bundler', 'nodenext']) {
  test(`tsc --strict accepts right uses and refuses wrong ones, moduleResolution ${moduleResolution}`, async () => {
    await writeFile(join(folder, 'use.ts'), PROGRAM);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({
      compilerOptions: {
        strict: true, noEmit: true, skipLibCheck: true, exactOptionalPropertyTypes: true, target: 'es2022', lib: ['es2022', 'dom', 'dom.asynciterable', 'esnext.disposable'],
        module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution, moduleResolution, types: [],
      },
      files: ['use.ts'],
    }));
    await run(nodeBin('tsc'), ['--project', folder], { cwd: folder, capture: true });
  });
}

const PROGRAM = `
import type { EmbeddingModelV2, EmbeddingModelV3, EmbeddingModelV4, LanguageModelV2, LanguageModelV3, LanguageModelV4, ProviderV4 } from '@ai-sdk/provider';
import type { LanguageModelV2 as L2, ProviderV2 } from 'ai-sdk-provider-2';
import type { LanguageModelV3 as L3, ProviderV3 } from 'ai-sdk-provider-3';
import { createProviderRegistry as registry7, generateText as generate7, streamText as stream7, wrapLanguageModel as wrap7, type ChatTransport as T7, type UIMessage as U7, type UIMessageChunk as C7 } from 'ai';
import { createProviderRegistry as registry6, streamText as stream6, wrapLanguageModel as wrap6, type ChatTransport as T6, type UIMessage as U6, type UIMessageChunk as C6 } from 'ai-6';
import { createProviderRegistry as registry5, streamText as stream5, type ChatTransport as T5, type UIMessage as U5, type UIMessageChunk as C5 } from 'ai-5';
import { useChat } from '@ai-sdk/react';
import { AiEngine, Fallback, OpenAiChat, type Provider } from 'rivulet';
import {
  chatRoute, chatTransport, embeddingModel, fromUIMessages, languageModel, modelProvider, toUIMessageStream, toUIMessageStreamResponse, type UiApprovalChunk, type UiChunk, type UiResetChunk,
} from 'rivulet/ai-sdk';

const openai = new OpenAiChat({ apiKey: 'k', defaultModel: 'm' });
const shop: Provider = new AiEngine({ url: 'https://shop.example' });

export const models: [LanguageModelV2, L2, LanguageModelV3, L3, LanguageModelV4] = [
  languageModel(openai, { specification: 'v2' }), languageModel(openai, { specification: 'v2' }), languageModel(openai), languageModel(shop, { model: 'x' }), languageModel(openai, { specification: 'v4' }),
];
export const embeddings: [EmbeddingModelV2<string>, EmbeddingModelV3, EmbeddingModelV4] = [embeddingModel(openai, { specification: 'v2' }), embeddingModel(openai), embeddingModel(openai, { specification: 'v4' })];
export const providers: [ProviderV2, ProviderV3, ProviderV4] = [modelProvider(openai, { specification: 'v2' }), modelProvider({ shop, openai }), modelProvider(openai, { specification: 'v4' })];

void stream7({ model: languageModel(new Fallback([openai, shop])), prompt: '' });
void generate7({ model: languageModel(openai, { specification: 'v4' }), prompt: '' });
void stream6({ model: languageModel(openai), prompt: '' });
void stream5({ model: languageModel(openai, { specification: 'v2' }), prompt: '' });
void wrap7({ model: languageModel(openai, { specification: 'v4' }), middleware: [] });
void wrap6({ model: languageModel(openai), middleware: [] });
void registry7({ r: modelProvider(openai, { specification: 'v4' }) });
void registry6({ r: modelProvider({ shop }) });
void registry5({ r: modelProvider(openai, { specification: 'v2' }) });

export const transports: [T5<U5>, T6<U6>, T7<U7>] = [chatTransport(openai), chatTransport(shop), chatTransport(({ messages, signal }) => openai.createAsyncGenerator({ messages, signal }))];
export const chat = () => useChat({ transport: chatTransport(openai, { call: { temperature: 0 }, system: 'Be brief.' }) });
declare const [five, six, seven]: [U5[], U6[], U7[]];
void [fromUIMessages(five), fromUIMessages(six), fromUIMessages(seven, { onWarning: null })];
declare const all: UiChunk | UiApprovalChunk | UiResetChunk;
declare const most: UiChunk | UiApprovalChunk;
declare const common: UiChunk;
export const chunks: [C5, C6, C7] = [common, most, all];

export const POST: (request: Request) => Promise<Response> = chatRoute(openai, { onError: (error) => String(error), messageMetadata: ({ usage }) => ({ tokens: usage?.totalTokens }) });
export const other = chatRoute(async ({ messages, body, request, signal, conversation, approvals }) => {
  if (request?.headers.get('authorization') !== 'right') return new Response('no', { status: 401 });
  void [body.x, approvals.y];
  return shop.createAsyncGenerator({ messages, signal, ...(conversation && { conversation }) });
});
export const response: Response = toUIMessageStreamResponse(openai.createAsyncGenerator({ messages: 'Hi' }), { sendSources: true, status: 200, headers: { 'x-a': 'b' } });
export const stream: ReadableStream<unknown> = toUIMessageStream(openai.createAsyncGenerator({ messages: 'Hi' }));

// @ts-expect-error: a version that there is not.
languageModel(openai, { specification: 'v5' });
// @ts-expect-error: no provider of this package.
languageModel({ name: 'mine' });
// @ts-expect-error: a text is no reply.
toUIMessageStream('Hi');
// @ts-expect-error: a misspelt option.
chatRoute(openai, { sytem: 'x' });
// @ts-expect-error: a model of version 4 is none of version 3.
export const wrong: LanguageModelV3 = languageModel(openai, { specification: 'v4' });
// @ts-expect-error: messages of providers are none of useChat.
fromUIMessages([{ role: 'user', content: 'Hi' }]);
`;
