import { Chatgpt4o } from 'rivulet/rivulet.min.js';

const [url, messages] = process.argv.slice(2);
const pieces = [];
for await (const text of Chatgpt4o.with({ url }).createAsyncGenerator({ messages })) pieces.push(text);
console.log(JSON.stringify(pieces));
