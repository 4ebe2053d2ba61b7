// The package in a bare page: one `<script type="module">`, no bundler, no import map.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, openPage, startDemo } from './browser.mjs';

let browser;
let site;
before(async () => {
  browser = await launch();
  const html = (policy) => (incoming, outgoing) => {
    outgoing.writeHead(200, { 'Content-Type': 'text/html', ...(policy && { 'Content-Security-Policy': policy }) });
    outgoing.end('<!doctype html><title>bare</title><link rel="icon" href="data:,">');
  };
  const { demo } = await import('../../scripts/serve.mjs');
  site = await startDemo({
    mount: {
      '/demo/': demo('/demo/'),
      '/bare/': html(),
      '/strict/': html("default-src 'none'; script-src 'self'; connect-src *"),
    },
  });
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** Runs `work(rivulet, url, argument)` in a page at `path`. */
async function inPage(work, { path = '/bare/', argument } = {}) {
  const { page, complaints, failed, requestsEnded } = await openPage(browser, [site]);
  try {
    await page.goto(`${site.url}${path}`);
    const source = `(async (argument) => (${work})(await import('/demo/rivulet/rivulet.min.js'), location.origin, argument))`;
    const result = await page.evaluate(([source, argument]) => (0, eval)(source)(argument), [source, argument]);
    await requestsEnded();
    return { result, complaints, failed };
  } finally {
    await page.close();
  }
}

test('streams in a bare page with nothing but an import', async () => {
  const { result, complaints } = await inPage(async ({ AiEngine }, url) => {
    const pieces = [];
    for await (const text of new AiEngine({ url }).createAsyncGenerator({ messages: 'Hi there' })) pieces.push(text);
    return pieces;
  });
  assert.ok(result.length > 10);
  assert.match(result.join(''), /^Hello from the stub model\. You said: "Hi there"\./);
  assert.deepEqual(complaints, []);
});

test('the request of a reply that was read to its end is not aborted', async () => {
  const { result, complaints, failed } = await inPage(async ({ AiEngine, AiPower, AiPuffer }, url) => {
    let length = 0;
    for (const site of [new AiEngine({ url }), new AiPower({ url }), new AiPuffer({ url, page: '/chat-puffer/', botId: 5 })]) {
      for (let i = 0; i < 3; i++) length += (await site.createAsync({ messages: 'Hi there' })).length;
    }
    return length;
  });
  assert.ok(result > 100);
  assert.deepEqual([complaints, failed], [[], []]);
});

test('a policy without wasm-unsafe-eval is an error that names it', async () => {
  const { page } = await openPage(browser, [site]);
  await page.goto(`${site.url}/strict/`);
  // Playwright's own evaluate is not bound by the page's policy, and `import` is allowed by 'self'.
  const error = await page.evaluate(async () => {
    const { AiEngine } = await import('/demo/rivulet/rivulet.min.js');
    return new AiEngine({ url: location.origin }).createAsync({ messages: 'Hi' }).catch(({ name, code, message }) => ({ name, code, message }));
  });
  assert.deepEqual([error.name, error.code], ['ChatError', 'wasm_blocked']);
  assert.match(error.message, /'wasm-unsafe-eval'/);
  await page.close();
});

test('cookies in a page are refused before anything is sent', async () => {
  site.requests.clear();
  const { result } = await inPage(({ AiEngine }, url) => new AiEngine({ url })
    .createAsync({ messages: 'Hi', cookies: { a: 'b' } }).catch(({ code, message }) => `${code}: ${message}`));
  assert.match(result, /^input: cookies: a page cannot send them/);
  assert.equal(site.requests.of('chat').length + site.requests.of('session').length, 0);
});

test('a key in a page is refused unless that is meant', async () => {
  const { result } = await inPage(({ AiPuffer }, url) => new AiPuffer({ url, botId: 5, apiKey: 'SITE-API-KEY' })
    .createAsync({ messages: 'Hi' }).catch(({ code, message }) => `${code}: ${message}`));
  assert.match(result, /^input: .*allowBrowser/);
});

test('a key of a service in a page is refused unless that is meant', async () => {
  const { result } = await inPage(async ({ OpenAiChat }, url) => {
    const sent = [];
    const fetch = async (target, init) => {
      sent.push(init.headers.get('authorization'));
      return new Response('data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    };
    const ask = (settings) => new OpenAiChat({ baseUrl: url, defaultModel: 'm', fetch, ...settings })
      .createAsync({ messages: 'Hi' }).catch(({ code, message }) => `${code}: ${message}`);
    return [await ask({ apiKey: 'sk-1' }), await ask({ apiKey: 'sk-1', allowBrowser: true }), await ask({}), sent];
  });
  assert.match(result[0], /^input: .*allowBrowser/);
  assert.deepEqual(result.slice(1), ['Hi', 'Hi', ['Bearer sk-1', null]]);
});

test('a redirect that a page cannot follow is told as one', async () => {
  site.fault({ name: 'redirect', status: 307, to: '/elsewhere' });
  const { result } = await inPage(({ AiEngine }, url) => new AiEngine({ url })
    .createAsync({ messages: 'Hi', retries: 0 }).catch(({ code, message }) => `${code}: ${message}`));
  assert.match(result, /^service: the site redirects/);
});

test('an abort in the middle closes the request, and the reason comes back as it is', async () => {
  site.requests.clear();
  site.fault({ name: 'stall', after: 2 });
  const { result, complaints } = await inPage(async ({ AiEngine }, url) => {
    const stop = new AbortController();
    const reason = { mine: true };
    let text = '';
    try {
      for await (const piece of new AiEngine({ url }).createAsyncGenerator({ messages: 'Hi there', signal: stop.signal })) {
        text += piece;
        queueMicrotask(() => stop.abort(reason));
      }
    } catch (error) {
      return [error === reason, text.length > 0];
    }
    return 'no error';
  });
  assert.deepEqual(result, [true, true]);
  assert.equal(await (await site.requests.when('chat')).closed, 'aborted');
  assert.deepEqual(complaints, []);
});
