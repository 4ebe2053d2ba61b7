import { AiEngine, AiPower, AiPuffer, Chatgpt4Online, Chatgpt4o } from 'rivulet';

const [url, prompt] = process.argv.slice(2);
const messages = [{ role: 'user', content: prompt }];

const providers = {
  AiEngine: new AiEngine({ url }),
  AiPower: new AiPower({ url }),
  AiPuffer: new AiPuffer({ url, botId: 5 }),
  Chatgpt4Online: Chatgpt4Online.with({ url }),
  Chatgpt4o: Chatgpt4o.with({ url }),
};
const replies = {};
for (const [name, provider] of Object.entries(providers)) {
  replies[name] = [];
  for await (const text of provider.createAsyncGenerator({ messages })) replies[name].push(text);
}
console.log(JSON.stringify(replies));
