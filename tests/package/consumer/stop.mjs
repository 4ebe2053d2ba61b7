import { AiEngine } from 'rivulet';

const provider = new AiEngine({ url: process.argv[2] });
const messages = 'Tell me a long story';

let broken;
for await (const text of provider.createAsyncGenerator({ messages })) {
  broken = text;
  break;
}

const controller = new AbortController();
const reason = new Error('enough');
let rejection;
try {
  for await (const text of provider.createAsyncGenerator({ messages, signal: controller.signal })) {
    if (text) controller.abort(reason);
  }
} catch (error) {
  rejection = error;
}

provider.createAsyncGenerator({ messages });

console.log(JSON.stringify({ broken, reason: rejection?.message, same: rejection === reason }));
