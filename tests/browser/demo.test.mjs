// A visitor clicks through the demo page, in real Chromium.

import assert from 'node:assert/strict';

import { askBy, choose, say, startDemo, startRelay } from './browser.mjs';
import { GREETING, visit } from './visit.mjs';

for (const [provider, settings] of [
  ['Chatgpt4Online', {}],
  ['Chatgpt4o', {}],
  ['AiEngine', { page: '/chat/' }],
  ['AiPower', { page: '/chat-power/' }],
  ['AiPuffer', { page: '/chat-puffer/' }],
]) {
  visit(`${provider}: the pieces arrive one after another, and the text is right`, { delay: 20 }, async (page) => {
    await choose(page, provider, settings);
    await page.evaluate(() => {
      window.lengths = new Set();
      new MutationObserver(() => window.lengths.add(document.querySelector('.reply .content')?.textContent.length ?? 0))
        .observe(document.querySelector('#log'), { subtree: true, childList: true, characterData: true });
    });
    const { text, failure } = await say(page, 'Привет! Как дела?');
    assert.equal(failure, undefined);
    assert.equal(text, GREETING);
    const lengths = await page.evaluate(() => [...window.lengths].filter((length) => length > 0));
    assert.ok(lengths.length >= 3, `the text had the lengths ${lengths}`);
    assert.match(await page.locator('#timings').innerText(), /First text\s+\d+ ms\s+Pieces\s+1\d/);
  });
}

visit('the stop button ends the request at the site', { delay: 20 }, async (page, site) => {
  await choose(page, 'AiEngine');
  site.fault({ name: 'stall', after: 2 });
  await page.fill('#message', 'Hi there');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelector('.reply .content')?.textContent.startsWith('Hello'));
  await page.click('#stop');
  assert.equal(await (await site.requests.when('chat')).closed, 'aborted');
  await page.waitForSelector('.reply:not(.waiting)');
  assert.match(await page.locator('.reply .note').innerText(), /You stopped/);
  assert.ok(await page.locator('#message').evaluate((node) => node === document.activeElement), 'the focus is back');
  assert.match((await say(page, 'Hi there')).text, /^Hello from the stub model/, 'and the next message works');
});

visit('Escape stops, too', {}, async (page, site) => {
  await choose(page, 'AiEngine');
  site.fault({ name: 'mute' });
  await page.fill('#message', 'Hi there');
  await page.press('#message', 'Enter');
  await site.requests.when('chat');
  await page.keyboard.press('Escape');
  assert.equal(await (await site.requests.when('chat')).closed, 'aborted');
});

visit('the conversation goes on, and a new one starts from nothing', {}, async (page, site) => {
  await choose(page, 'AiEngine');
  await say(page, 'My name is Ada.');
  await say(page, 'What is my name?');
  const [first, second] = site.requests.of('chat').map(({ body }) => JSON.parse(body));
  assert.equal(second.chatId, first.chatId);
  assert.deepEqual(second.messages.map(({ role }) => role), ['user', 'assistant']);
  assert.equal(second.messages[0].content, 'My name is Ada.');
  await page.click('#anew');
  await say(page, 'Who am I?');
  const third = JSON.parse(site.requests.of('chat')[2].body);
  assert.equal(third.messages, undefined);
  assert.notEqual(third.chatId, first.chatId);
});

visit('an error is told in words, and the text so far stays', { allowed: is(/503|429/) }, async (page, site) => {
  await choose(page, 'AiEngine');
  const limited = await say(page, 'ERR_429');
  assert.match(limited.failure, /Too many messages[\s\S]*rate_limited/);
  const broken = await say(page, 'FAULT truncate after=3');
  assert.match(broken.failure, /The reply broke off[\s\S]*truncated/);
  assert.ok(broken.text.length > 0, 'the text so far');
  assert.equal(await broken.reply.locator('[role=alert]').count(), 1);
  site.fault({ name: 'html' });
  assert.match((await say(page, 'Hi')).failure, /Something stands before the chat[\s\S]*blocked/);
});

visit('a reply is text, whatever it holds', {}, async (page) => {
  await choose(page, 'AiEngine');
  const attack = '<img src=x onerror="document.title=1"><script>document.title=1</script> [a](javascript:alert(1))';
  const { reply, text } = await say(page, attack);
  assert.ok(text.includes('<img src=x'), text);
  assert.equal(await reply.locator('.content img, .content script, .content a[href^="javascript"]').count(), 0);
  assert.notEqual(await page.title(), '1');
});

visit('an AI Engine site of another origin answers in one piece, and the page says why', {
  others: async () => [await startDemo()],
}, async (page, site, other) => {
  await choose(page, 'AiEngine', { url: other.url });
  const { text, notes, failure } = await say(page, 'Hi there');
  assert.equal(failure, undefined);
  assert.match(text, /^Hello from the stub model/);
  assert.match(notes.join(), /one piece/);
  assert.equal(JSON.parse((await other.requests.when('chat')).body).stream, false);
});

visit('other sites of another origin need a relay, and the page says so', {
  others: async () => [await startDemo()],
  allowed: is(/CORS|Failed to load resource/),
}, async (page, site, other) => {
  await choose(page, 'AiPower', { url: other.url });
  assert.match((await say(page, 'Hi there')).failure, /cannot be reached[\s\S]*relay/);
});

for (const [provider, settings] of [
  ['Chatgpt4Online', {}], ['Chatgpt4o', {}], ['AiEngine', {}], ['AiPower', { page: '/chat-power/' }], ['AiPuffer', { page: '/chat-puffer/' }],
]) {
  visit(`${provider} through the relay: the same text, in pieces`, { delay: 20 }, async (page, site) => {
    await choose(page, provider, settings);
    await askBy(page, 'relay');
    const { text, failure } = await say(page, 'Привет! Как дела?');
    assert.equal(failure, undefined);
    assert.equal(text, GREETING);
    assert.match(await page.locator('#timings').innerText(), /Pieces\s+1\d/);
    assert.match(await page.locator('#code').innerText(), /proxy: 'http:.*\/edge\/relay\/'/);
    const { headers } = await site.requests.when('chat');
    assert.equal(headers.cookie, undefined);
    assert.equal(headers.referer, undefined, 'the relay asks, not the page');
  });
}

visit('a site of another origin streams through a relay that lists it', {
  delay: 20,
  others: async () => {
    const other = await startDemo({ delay: 20 });
    return [other, await startRelay({ allow: [other.url] })];
  },
}, async (page, site, other, relay) => {
  relay.admit(site.origin);
  await choose(page, 'AiEngine', { url: other.url, proxy: `${relay.url}/` });
  const { text, failure, notes } = await say(page, 'Привет! Как дела?');
  assert.equal(failure, undefined);
  assert.equal(text, GREETING);
  assert.deepEqual(notes, [], 'no warning of one piece');
  assert.equal(JSON.parse((await other.requests.when('chat')).body).stream, true);
});

visit('settings and nonce outlive a reload', {}, async (page, site) => {
  await choose(page, 'AiEngine', { botId: 'support' });
  await say(page, 'Hi there');
  await page.reload();
  await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
  assert.equal(await page.inputValue('select[name=provider]'), 'AiEngine');
  assert.equal(await page.inputValue('input[name=botId]'), 'support');
  await say(page, 'Hi again');
  assert.equal(site.requests.of('session').length, 1, 'one nonce for both visits');
  assert.match(await page.locator('#code').innerText(), /botId: 'support'/);
});

visit('everything can be done with the keyboard', {}, async (page) => {
  const focused = () => page.evaluate(() => document.activeElement.name || document.activeElement.id
    || document.activeElement.textContent.trim().slice(0, 20));
  const seen = [];
  for (let i = 0; i < 80 && seen.at(-1) !== 'send'; i++) {
    await page.keyboard.press('Tab');
    seen.push(await focused());
  }
  for (const name of ['provider', 'url', 'anew', 'message', 'send']) assert.ok(seen.includes(name), `${name} in ${seen}`);
  await page.focus('select[name=provider]');
  await page.keyboard.press('ArrowDown');
  await page.focus('#message');
  await page.keyboard.type('Hi there');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.reply:not(.waiting)');
  assert.match(await page.locator('.reply .content').innerText(), /^Hello from the stub model/);
});

for (const colorScheme of ['light', 'dark']) {
  visit(`fits 320 px and has readable contrast, ${colorScheme}`, {
    context: { colorScheme, viewport: { width: 320, height: 640 } },
  }, async (page) => {
    await choose(page, 'AiEngine');
    await say(page, 'Answer in markdown, please');
    const { overflow, ratios, unnamed } = await page.evaluate(inspect);
    assert.ok(overflow <= 0, `${overflow} px too wide`);
    assert.deepEqual(unnamed, [], 'controls without a name');
    for (const [what, ratio] of ratios) assert.ok(ratio >= 4.5, `${what}: contrast ${ratio.toFixed(2)}`);
  });
}

function is(pattern) {
  return (text) => pattern.test(text);
}

/** In the page: WCAG 2 contrast of its main texts, names of its controls, and whether it is too wide. */
function inspect() {
  const channels = (colour) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => [r, g, b]
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const background = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return channels('Canvas');
  };
  const ratios = ['.reply .content', '.you .content', '#status', '#keys', '.panel h2', '#code', '#timings dt', 'label.field', '#send']
    .map((selector) => [selector, document.querySelector(selector)])
    .filter(([, node]) => node)
    .map(([selector, node]) => {
      const [light, dark] = [luminance(channels(getComputedStyle(node).color)), luminance(background(node))].sort((a, b) => b - a);
      return [selector, (light + 0.05) / (dark + 0.05)];
    });
  const unnamed = [...document.querySelectorAll('button, input, select, textarea, summary')]
    .filter((node) => !(node.labels?.length || node.textContent.trim() || node.ariaLabel))
    .map((node) => node.outerHTML);
  return { overflow: document.documentElement.scrollWidth - innerWidth, ratios, unnamed };
}
