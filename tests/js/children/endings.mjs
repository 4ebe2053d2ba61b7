// Replies of every ending, with the default timeouts; then what is left.

import { AiEngine } from '../../../dist/index.js';
import { left } from './left.mjs';

const [url] = process.argv.slice(2);
const engine = new AiEngine({ url });
const ended = [];
const failing = async (name, promise) => {
  ended.push(`${name}: ${await promise.then(() => 'no error', (error) => error.code ?? error)}`);
};
const stalled = (options) => engine.createAsyncGenerator({ messages: 'FAULT stall after=1', ...options });

ended.push(`whole: ${(await engine.createAsync({ messages: 'x' })).length > 0}`);
for await (const text of engine.createAsyncGenerator({ messages: 'long story' })) {
  ended.push(`break: ${text.length > 0}`);
  break;
}
await failing('truncated', engine.createAsync({ messages: 'FAULT truncate' }));
await failing('status', engine.createAsync({ messages: 'FAULT status status=401' }));
await failing('timeout', stalled({ timeout: 200 }).text());

const controller = new AbortController();
const aborted = stalled({ signal: controller.signal });
await aborted.next();
controller.abort('enough');
await failing('aborted', aborted.next());

// An error that nobody asks for must not become an unhandled rejection.
const unread = stalled({ timeout: 200 });
await unread.next();
const late = new AbortController();
const silent = stalled({ signal: late.signal });
await silent.next();
late.abort('nobody hears this');
ended.push('unread errors');
engine.createAsyncGenerator({ messages: 'never read' });
ended.push('never read');
const events = stalled({}).events;
await events.next();
await events.return();
ended.push('events');
await unread.return();

console.log(JSON.stringify({ ended, left: left() }));
