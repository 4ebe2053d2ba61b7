// The chatbot of a WordPress site. This address is that of `npm start`; put in its place one that runs AI Engine.
import { AiEngine } from 'rivulet';

const shop = new AiEngine({ url: 'http://127.0.0.1:8020' });

for await (const text of shop.createAsyncGenerator({ messages: 'Do you ship to Norway?' })) {
  process.stdout.write(text);
}
