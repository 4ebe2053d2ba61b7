// `rivulet/edge` in front of a service. What it answers is read only where it is checked; a round drains it.

import { AiEngine, OpenAiChat } from 'rivulet';
import { createHandler } from 'rivulet/edge';

export const ask = (path, body, textOf) => ({ dialect, url, fetch }) => {
  const shop = dialect === 'openai'
    ? new OpenAiChat({ baseUrl: `${url}/v1`, apiKey: 'sk-bench', defaultModel: 'bench', fetch })
    : new AiEngine({ url, fetch });
  const handler = createHandler({ providers: { shop }, authorize: 'public' });
  const headers = { 'content-type': 'application/json' };
  const text = JSON.stringify({ model: 'shop', stream: true, ...body });
  const answer = () => handler(new Request(`https://edge.example${path}`, { method: 'POST', headers, body: text }));

  const read = async () => {
    let bytes = 0;
    for await (const chunk of (await answer()).body) bytes += chunk.length;
    return bytes;
  };
  read.check = async (take) => {
    for (const line of (await (await answer()).text()).split('\n')) {
      if (!line.startsWith('data: {')) continue;
      const piece = textOf(JSON.parse(line.slice(6)));
      if (piece) take(piece);
    }
  };
  return read;
};
