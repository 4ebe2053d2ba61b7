const { Chatgpt4Online } = require('rivulet');

const [url, content] = process.argv.slice(2);

(async () => {
  const pieces = [];
  const reply = Chatgpt4Online.with({ url }).createAsyncGenerator({ messages: [{ role: 'user', content }] });
  for await (const text of reply) pieces.push(text);
  console.log(JSON.stringify(pieces));
})();
