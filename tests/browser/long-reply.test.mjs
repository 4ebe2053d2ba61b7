// A reply of many pieces, which the page must not pay for piece by piece; and what the page fills in for a first visit.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';

import { choose, say } from './browser.mjs';
import { GREETING, visit } from './visit.mjs';

const PIECES = 10_000;

/** A service whose reply has ten thousand pieces of reasoning and as many of text, and comes at once. */
async function startLongService() {
  const frame = (delta) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta }] })}\n\n`;
  const pieces = (field) => Array.from({ length: PIECES }, (_, i) => frame({ [field]: `${i} ` })).join('');
  const body = `${pieces('reasoning_content')}${pieces('content')}data: [DONE]\n\n`;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, {
      'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'content-type': 'text/event-stream',
    });
    response.end(request.method === 'OPTIONS' ? '' : body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: `${origin}/v1`,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

visit('ten thousand pieces force a layout once a frame, not once a piece', { others: async () => [await startLongService()] },
  async (page, site, service) => {
    await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
    await page.evaluate(() => {
      window.reads = 0;
      window.frames = 0;
      // Each of these makes the browser lay the page out, if anything changed since it last did.
      for (const name of ['scrollHeight', 'scrollTop', 'clientHeight']) {
        const { get, ...rest } = Object.getOwnPropertyDescriptor(Element.prototype, name);
        Object.defineProperty(Element.prototype, name, {
          ...rest,
          get() {
            window.reads += 1;
            return get.call(this);
          },
        });
      }
      const count = () => {
        window.frames += 1;
        requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
    });
    const { text, failure } = await say(page, 'Hi there');
    assert.equal(failure, undefined);
    assert.ok(text.startsWith('0 1 2 ') && text.endsWith(` ${PIECES - 1}`), text.slice(-20));
    assert.match(await page.locator('.reasoning-text').textContent(), new RegExp(` ${PIECES - 1} $`), 'the whole reasoning is there');
    const { reads, frames } = await page.evaluate(() => ({ reads: window.reads, frames: window.frames }));
    assert.ok(reads > 0 && reads <= 8 * (frames + 2), `${reads} reads of the layout in ${frames} frames`);
    assert.equal(await page.locator('#event-list li').count(), 400, 'the last events are listed');
    assert.match(await page.locator('#event-list li').last().textContent(), /finish/);
    assert.match(await page.locator('#event-count').innerText(), /^2\d{4}, the last 400 shown$/);
  });

visit('a first visit talks with a class that has a conversation: the third message is answered', {}, async (page, site) => {
  assert.equal(await page.inputValue('select[name=provider]'), 'AiEngine');
  const long = 'x'.repeat(240);
  for (const turn of [1, 2, 3]) assert.equal((await say(page, `${turn} ${long}`)).failure, undefined, `message ${turn}`);
  assert.equal(site.requests.of('chat').length, 3);
});

visit('AI Puffer knows its page on the local site, and nothing of it goes to the next provider', {}, async (page) => {
  await choose(page, 'AiPuffer');
  assert.equal(await page.inputValue('input[name=page]'), '/chat-puffer/');
  const { text, failure } = await say(page, 'Привет! Как дела?');
  assert.deepEqual([failure, text], [undefined, GREETING]);
  await choose(page, 'AiEngine');
  assert.equal(await page.inputValue('input[name=page]'), '');
  await choose(page, 'AiEngine', { page: '/mine/' });
  await choose(page, 'AiPuffer');
  assert.equal(await page.inputValue('input[name=page]'), '/mine/', 'what the visitor wrote stays');
});
