// The site sees that nobody listens any more: within 2.5 s of break, abort, timeout and error.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AiEngine, Client, Fallback, OpenAiChat } from '../../dist/index.js';
import { PROMPT, until, useSite, within } from './helper.mjs';

const used = useSite({ delay: 30 });
const SOON = 2_500;

/** @type {Record<string, (provider: any) => Promise<void>>} */
const ENDINGS = {
  async break(provider) {
    for await (const text of provider.createAsyncGenerator({ messages: 'long story' })) {
      assert.ok(text);
      break;
    }
  },
  async 'an exception in the loop'(provider) {
    const loop = async () => {
      for await (const text of provider.createAsyncGenerator({ messages: 'long story' })) throw new Error(text);
    };
    await assert.rejects(loop());
  },
  async 'return with a pending read'(provider) {
    const reply = provider.createAsyncGenerator({ messages: 'FAULT stall after=8' });
    await reply.next();
    const pending = reply.next();
    assert.deepEqual(await reply.return('mine'), { value: 'mine', done: true });
    assert.equal((await pending).done, true);
  },
  async 'await using'(provider) {
    const reply = provider.createAsyncGenerator({ messages: 'long story' });
    await reply.next();
    await reply[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
  },
  async 'abort in the middle'(provider) {
    const controller = new AbortController();
    const reply = provider.createAsyncGenerator({ messages: 'long story', signal: controller.signal });
    await reply.next();
    controller.abort();
    await assert.rejects(reply.next(), (error) => error === controller.signal.reason && error.name === 'AbortError');
  },
  async 'abort before the head'(provider) {
    const controller = new AbortController();
    const text = provider.createAsync({ messages: 'FAULT mute', signal: controller.signal });
    text.catch(() => {});
    await used.site.requests.when('chat');
    controller.abort('enough');
    await assert.rejects(text, (error) => error === 'enough');
  },
  async 'AbortSignal.timeout'(provider) {
    const { error } = await until(provider.createAsyncGenerator({
      messages: 'FAULT stall after=8', signal: AbortSignal.timeout(300),
    }));
    assert.equal(error.name, 'TimeoutError');
  },
  async 'a timeout'(provider) {
    const { error } = await until(provider.createAsyncGenerator({ messages: 'FAULT stall after=8', timeout: 300 }));
    assert.equal(error.code, 'timeout');
  },
  async 'cancel of the stream'(provider) {
    const reader = provider.createAsyncGenerator({ messages: 'long story' }).toReadableStream().getReader();
    await reader.read();
    await reader.cancel();
  },
  async 'cancel of the response'(provider) {
    const response = provider.createAsyncGenerator({ messages: 'long story' }).toResponse();
    const reader = response.body.getReader();
    await reader.read();
    await reader.cancel();
  },
};

for (const [name, end] of Object.entries(ENDINGS)) {
  test(name, async () => {
    for (const provider of used.providers) {
      used.site.clear();
      await within(5_000, end(provider), 'the end');
      const request = await used.site.requests.when('chat');
      assert.equal(await within(SOON, request.closed, `${provider.name}: the site's connection`), 'aborted');
    }
  });
}

test('a reply that is read to its end is not aborted', async () => {
  used.site.clear();
  await used.engine.createAsync({ messages: PROMPT });
  const request = await used.site.requests.when('chat');
  assert.equal(await within(SOON, request.closed, 'the connection'), 'finished');
});

test('an answer that comes when nobody waits any more is not kept', async () => {
  const ways = {
    reply: (provider, signal) => provider.createAsync({ messages: 'x', signal }),
    fallback: (provider, signal) => new Fallback([provider]).createAsync({ messages: 'x', signal }),
    client: (provider, signal) => new Client(provider).chat.completions.create({ messages: [{ role: 'user', content: 'x' }] }, { signal }),
  };
  for (const [name, ask] of Object.entries(ways)) {
    let answer;
    let cancel;
    const cancelled = new Promise((resolve) => {
      cancel = resolve;
    });
    // It does not listen to the signal.
    const fetch = () => new Promise((resolve) => {
      answer = () => resolve(new Response(new ReadableStream({ pull: () => new Promise(() => {}), cancel })));
    });
    const stop = new AbortController();
    const promise = ask(new OpenAiChat({ baseUrl: 'https://llm.example', defaultModel: 'm', fetch }), stop.signal);
    while (answer === undefined) await null;
    stop.abort('enough');
    await assert.rejects(promise, (reason) => reason === 'enough');
    answer();
    await within(SOON, cancelled, name);
  }
});

test('who is asked may end the reply while he is asked', async () => {
  const hangs = () => new Promise(() => {});
  const ways = {
    fetch: (end) => new OpenAiChat({ baseUrl: 'https://llm.example', defaultModel: 'm', fetch: () => (end(), hangs()) }),
    store: (end) => new AiEngine({ url: 'https://site.example', session: { get: () => (end(), hangs()), set() {}, delete() {} } }),
  };
  for (const [name, make] of Object.entries(ways)) {
    const stop = new AbortController();
    const aborted = make(() => stop.abort('mine')).createAsync({ messages: 'x', signal: stop.signal });
    await within(SOON, assert.rejects(aborted, (reason) => reason === 'mine'), `${name}: abort`);
    const reply = make(() => void reply.return()).createAsyncGenerator({ messages: 'x' });
    assert.equal((await within(SOON, reply.next(), `${name}: return`)).done, true);
  }
});

test('a body that is no bytes is not kept, of a nonce neither', async () => {
  let cancel;
  const cancelled = new Promise((resolve) => {
    cancel = resolve;
  });
  const fetch = async () => ({ status: 200, headers: new Headers(), body: new ReadableStream({ pull: (controller) => controller.enqueue(42), cancel }) });
  // With headers of its own the request is not shared with other replies, which could stop it.
  const engine = new AiEngine({ url: 'https://site.example', retries: 0, headers: { 'x-own': '1' }, fetch });
  await assert.rejects(engine.createAsync({ messages: 'x' }), { code: 'protocol' });
  await within(SOON, cancelled, 'the body');
});
