// A reply of many pieces, which the page must not pay for piece by piece; and what the page fills in for a first visit. What it costs is
// counted in layouts and tasks; the times are printed, since they say as much about the machine.

import assert from 'node:assert/strict';

import { choose, say } from './browser.mjs';
import { DONE, frame, inParts, startService } from './stream.mjs';
import { GREETING, visit } from './visit.mjs';

const PIECES = 10_000;

/** A piece of a reply that has everything: headings, lists, code, tables. */
function markdown(index) {
  const [part, at] = [Math.floor(index / 40), index % 40];
  if (at === 0) return `\n\n## Part ${part}\n\n`;
  if (at === 10 || at === 13) return `\n${at === 10 ? '\n' : ''}- **Item** `;
  if (at === 18) return '\n\n```js\n';
  if (at > 18 && at < 26) return `const x${index} = "${index}"; // a line\n`;
  if (at === 26) return '```\n\n';
  if (at === 30) return '\n\n| a | b |\n|---|---|\n';
  if (at > 30) return `| ${index} | \`cell\` |\n`;
  return `word${index} `;
}

const replyOf = (piece) => `${Array.from({ length: PIECES }, (_, index) => frame({ content: piece(index) })).join('')}${DONE}`;

/** What `work` costs the main thread of the page. */
async function measured(page, work) {
  await page.evaluate(() => {
    window.measured = { frames: 0, tasks: [], pauses: 0 };
    new PerformanceObserver((list) => window.measured.tasks.push(...list.getEntries().map(({ duration }) => Math.round(duration))))
      .observe({ type: 'longtask' });
    const count = () => {
      window.measured.frames += 1;
      requestAnimationFrame(count);
    };
    count();
    const { postMessage } = MessagePort.prototype;
    MessagePort.prototype.postMessage = function (...given) {
      window.measured.pauses += 1;
      return postMessage.apply(this, given);
    };
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const metrics = async () => Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const before = await metrics();
  const result = await work();
  const after = await metrics();
  const { frames, tasks, pauses } = await page.evaluate(() => window.measured);
  const of = (name) => after[name] - before[name];
  const seconds = (name) => `${of(name).toFixed(2)} s`;
  return {
    result, frames, pauses, layouts: of('LayoutCount'), styles: of('RecalcStyleCount'),
    times: `${of('LayoutCount')} layouts, ${of('RecalcStyleCount')} recalculations of styles, ${frames} frames, ${pauses} pauses; `
      + `tasks ${seconds('TaskDuration')}, script ${seconds('ScriptDuration')}, layout ${seconds('LayoutDuration')}, processor ${seconds('ThreadTime')}; `
      + `the longest task ${Math.max(0, ...tasks)} ms, ${tasks.filter((duration) => duration > 100).length} over 100 ms`,
  };
}

for (const [form, piece] of Object.entries({ markdown, 'one paragraph': (index) => `${index} `, 'one block of code': (index) => `${index ? '' : '```js\n'}let x = ${index};\n` })) {
  for (const isOpen of [false, true]) {
    for (const parts of [1, 100]) {
      visit(`ten thousand pieces of ${form} in ${parts} parts cost a layout a frame, events ${isOpen ? 'open' : 'closed'}`, {
        others: async () => [await startService(inParts(replyOf(piece), parts))],
      }, async (page, site, service) => {
        await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
        if (isOpen) await page.locator('#events summary').click();
        const { result, frames, layouts, styles, pauses, times } = await measured(page, () => say(page, 'Hi there'));
        console.log(`# ${times}`);
        assert.equal(result.failure, undefined);
        // Not as `innerText`, which leaves out what is out of sight and not laid out.
        assert.ok((await result.reply.locator('.content').textContent()).includes(`${PIECES - 1}`), 'the reply is whole');
        assert.ok(layouts <= 1.2 * frames + 20, `${layouts} layouts in ${frames} frames`);
        assert.ok(styles <= 1.5 * frames + 40, `${styles} recalculations of styles in ${frames} frames`);
        assert.ok(pauses >= PIECES / 500, `${pauses} pauses: no task reads more than 500 pieces`);
        const rows = page.locator('#event-list li');
        assert.equal(await rows.count(), isOpen ? 200 : 0, 'the last events are listed, once the panel is open');
        if (!isOpen) await page.locator('#events summary').click();
        await page.waitForFunction(() => document.querySelectorAll('#event-list li').length === 200);
        assert.match(await rows.last().textContent(), /finish/);
        assert.match(await page.locator('#event-count').innerText(), /^1\d{4}, the last 200 shown$/);
      });
    }
  }
}

visit('reasoning may come in as many pieces', {
  others: async () => [await startService(inParts([
    ...Array.from({ length: PIECES }, (_, index) => frame({ reasoning_content: `${index} ` })), DONE,
  ].join(''), 100))],
}, async (page, site, service) => {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  const { frames, layouts, times } = await measured(page, () => say(page, 'Hi there'));
  console.log(`# ${times}`);
  assert.ok(layouts <= 1.2 * frames + 20, `${layouts} layouts in ${frames} frames`);
  assert.match(await page.locator('.reasoning-text').textContent(), new RegExp(` ${PIECES - 1} $`), 'the whole reasoning is there');
});

visit('the arguments of a call may come in as many pieces', {
  others: async () => [await startService(inParts([
    frame({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'list', arguments: '[' } }] }),
    ...Array.from({ length: PIECES }, (_, index) => frame({ tool_calls: [{ index: 0, function: { arguments: `${index},` } }] })),
    frame({ tool_calls: [{ index: 0, function: { arguments: '0]' } }] }),
    DONE,
  ].join(''), 100))],
}, async (page, site, service) => {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  const { frames, layouts, times } = await measured(page, () => say(page, 'Hi there'));
  console.log(`# ${times}`);
  // The browser lays a box of arguments out once when the page scrolls along, and once more at the end of the frame.
  assert.ok(layouts <= 2.2 * frames + 20, `${layouts} layouts in ${frames} frames`);
  assert.equal(JSON.parse(await page.locator('.call code').textContent()).length, PIECES + 1, 'the whole call is there');
});

visit('Escape stops a reply that comes as fast as the page can read, events open', {
  others: async () => [await startService(async (response) => {
    const part = Array.from({ length: 1000 }, (_, index) => frame({ content: markdown(index) })).join('');
    while (!response.destroyed) {
      await new Promise((done) => { response.write(part, done); });
    }
  })],
}, async (page, site, service) => {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  await page.locator('#events summary').click();
  await page.evaluate(() => {
    document.addEventListener('keydown', ({ key }) => { if (key === 'Escape') window.pressed = performance.now(); });
    new MutationObserver(() => { window.stopped ??= performance.now(); }).observe(document.querySelector('#stop'), { attributeFilter: ['hidden'] });
  });
  await page.fill('#message', 'Hi there');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelectorAll('#event-list li').length === 200 && document.querySelector('.reply .content h3'));
  await page.evaluate(() => { window.stopped = undefined; });
  await page.keyboard.press('Escape');
  await page.waitForSelector('.reply:not(.waiting)');
  console.log(`# stopped ${Math.round(await page.evaluate(() => window.stopped - window.pressed))} ms after the key`);
  assert.match(await page.locator('.reply .note').innerText(), /You stopped/);
  assert.match(await page.locator('#status').innerText(), /^Stopped/);
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
