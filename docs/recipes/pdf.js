// A question about a PDF: one form for OpenAI, Anthropic and Gemini. A service that takes no files is an error, before anything is sent.
import { readFile } from 'node:fs/promises';
import { Anthropic } from 'rivulet';

const claude = new Anthropic({ apiKey: process.env.ANTHROPIC_API_KEY, defaultModel: 'claude-opus-5-5' });
const report = await readFile('report.pdf', 'base64');

const answer = await claude.createAsync({
  messages: [{
    role: 'user',
    content: [
      { type: 'text', text: 'What does the report say, in three sentences?' },
      { type: 'file', file: { filename: 'report.pdf', file_data: `data:application/pdf;base64,${report}` } },
    ],
  }],
});

console.log(answer);
