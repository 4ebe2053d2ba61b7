// From the AI SDK: keep its functions, and give them a model from here: several services as one, or the chatbot of a WordPress site.
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { AiEngine, Anthropic, Fallback, OpenAiChat } from 'rivulet';
import { languageModel } from 'rivulet/ai-sdk';
import { z } from 'zod';

const claude = new Anthropic({ apiKey: process.env.ANTHROPIC_API_KEY, defaultModel: 'claude-opus-5-5' });
const gpt = new OpenAiChat({ apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-5' });

const { text } = await generateText({
  model: languageModel(new Fallback([claude, gpt])),
  prompt: 'What is the weather in Oslo?',
  stopWhen: stepCountIs(5),
  tools: {
    get_weather: tool({ inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => `21 degrees in ${city}` }),
  },
});
console.log(text);

const { textStream } = streamText({ model: languageModel(new AiEngine({ url: 'https://shop.example' })), prompt: 'Do you ship to Norway?' });
for await (const piece of textStream) process.stdout.write(piece);
