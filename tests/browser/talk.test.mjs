// What one expects of a chat, and the library's part of it: replies asked for again, questions reworded, tools, schemas, several providers.

import assert from 'node:assert/strict';

import { openSettings, say } from './browser.mjs';
import { press, set, standIn, watch } from './controls.mjs';
import { visit } from './visit.mjs';

const texts = (page, selector) => page.locator(selector).allInnerTexts();

visit('a reply is asked for again, and the one before stays as another branch', {}, async (page) => {
  const bodies = watch(page);
  await standIn(page, 'OpenAiChat');
  await say(page, 'First');
  await say(page, 'Second');
  await press(page, page.locator('.reply-turn').nth(0).getByRole('button', { name: 'Ask again' }));
  assert.equal(await page.locator('.reply').count(), 1, 'what followed belongs to the other branch');
  assert.match(await page.locator('.reply-turn .variants').innerText(), /2 of 2/);
  assert.deepEqual(bodies.at(-1).messages.map(({ content }) => content), ['First']);
  await page.getByRole('button', { name: 'Reply 1, the one before' }).click();
  assert.deepEqual((await texts(page, '.you .content')), ['First', 'Second'], 'the branch is there again, to its end');
  assert.match(await page.locator('.reply').nth(1).innerText(), /You asked: "Second"/);
  await say(page, 'Third');
  assert.deepEqual(bodies.at(-1).messages.filter(({ role }) => role === 'user').map(({ content }) => content), ['First', 'Second', 'Third']);
});

visit('a question is reworded, and both wordings stay', {}, async (page) => {
  const bodies = watch(page);
  await standIn(page, 'OpenAiChat');
  await say(page, 'My name is Ada.');
  await say(page, 'What is my name?');
  await page.locator('.you').nth(0).getByRole('button', { name: 'Edit' }).click();
  assert.equal(await page.inputValue('#message'), 'My name is Ada.');
  await page.fill('#message', 'My name is Grace.');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelectorAll('.reply').length === 1 && !document.querySelector('.reply.waiting'));
  assert.deepEqual(bodies.at(-1).messages.map(({ content }) => content), ['My name is Grace.']);
  assert.match(await page.locator('.you .variants').innerText(), /2 of 2/);
  await page.getByRole('button', { name: 'Wording 1, the one before' }).click();
  assert.deepEqual(await texts(page, '.you .content'), ['My name is Ada.', 'What is my name?']);
});

visit('the rewording of a question can be left', {}, async (page) => {
  await standIn(page, 'OpenAiChat');
  await say(page, 'One');
  await page.locator('.you').getByRole('button', { name: 'Edit' }).click();
  await page.keyboard.press('Escape');
  assert.equal(await page.inputValue('#message'), '');
  await say(page, 'Two');
  assert.deepEqual(await texts(page, '.you .content'), ['One', 'Two']);
});

visit('after an error one tries again where it happened, without a second message', { allowed: (text) => /503/.test(text) }, async (page, site) => {
  site.fault({ name: 'status', status: 503, times: 3 });
  const { failure } = await say(page, 'Hi there');
  assert.match(failure, /The service failed/);
  await press(page, page.getByRole('button', { name: 'Try again' }));
  assert.equal(await page.locator('.you').count(), 1);
  assert.equal(await page.locator('.reply').count(), 1);
  assert.equal(await page.locator('.failure').count(), 0);
  assert.match(await page.locator('.reply .content').innerText(), /^Hello from the stub model/);
  assert.equal(await page.locator('.variants').allInnerTexts().then((all) => all.join('')), '', 'a reply in which nothing came is no branch');
});

visit('a question that failed is not sent along with the next', { allowed: (text) => /429/.test(text) }, async (page, site) => {
  await say(page, 'ERR_429');
  await say(page, 'Hi there');
  const { messages } = JSON.parse(site.requests.of('chat').at(-1).body);
  assert.equal(messages, undefined);
});

visit('tools run step by step, and the answer knows their results', {}, async (page) => {
  const bodies = watch(page);
  await standIn(page, 'OpenAiChat');
  await set(page, { tools: true });
  const { reply, failure } = await say(page, 'Please calculate (17 + 4) * 2.5');
  assert.equal(failure, undefined);
  assert.equal(await reply.locator('.call b').innerText(), 'calculate');
  assert.match(await reply.innerText(), /The tool says: 52\.5/);
  assert.deepEqual(bodies[0].tools.map((tool) => tool.function.name), ['current_time', 'calculate']);
  assert.equal(bodies.length, 2);
  assert.match(await page.locator('#code').innerText(), /runTools\(chat, \{ messages: .*tools: \[clock, calculator\]/);
  await say(page, 'And now?');
  assert.deepEqual(bodies.at(-1).messages.map(({ role }) => role), ['user', 'assistant', 'tool', 'assistant', 'user']);
});

visit('the clock knows cities, and says what it does not know', {}, async (page) => {
  const told = await page.evaluate(async () => {
    const { clock } = await import(new URL('./talk/tools.js', document.baseURI));
    const zones = ['Oslo', 'New York', 'Europe/Oslo', 'utc'].map((timeZone) => clock.run({ timeZone }).timeZone);
    let words;
    try {
      clock.run({ timeZone: 'Atlantis' });
    } catch (error) {
      words = error.message;
    }
    return { zones, words, own: clock.run({}).timeZone === Intl.DateTimeFormat().resolvedOptions().timeZone };
  });
  assert.deepEqual(told.zones, ['Europe/Oslo', 'America/New_York', 'Europe/Oslo', 'utc']);
  assert.match(told.words, /no time zone "Atlantis"/);
  assert.equal(told.own, true);
});

visit('sites have no tools, and the page says so', {}, async (page) => {
  await set(page, { tools: true });
  const { notes, failure } = await say(page, 'Hi there');
  assert.equal(failure, undefined);
  assert.match(notes.join(), /have no tools/);
});

visit('a schema is asked for, and one that is no JSON is told before anything is sent', {}, async (page) => {
  const bodies = watch(page);
  await standIn(page, 'Anthropic');
  await set(page, { schema: '{ "type": ' });
  assert.match((await say(page, 'Hi')).failure, /schema of the answer is no JSON/);
  assert.equal(bodies.length, 0);
  await openSettings(page);
  await page.click('#schema-example');
  const { reply } = await say(page, 'Please note that Ada is 36 years old');
  assert.match(await reply.innerText(), /Ada/);
  assert.match(await page.locator('#code').innerText(), /responseFormat: \{ type: 'json_schema'/);
});

visit('system text, effort and limits reach the service, and the code shows them', {}, async (page) => {
  const bodies = watch(page);
  await standIn(page, 'OpenAiResponses');
  await set(page, { system: 'Be brief.', effort: 'low', maxTokens: '300' });
  await say(page, 'Hi there');
  assert.equal(bodies[0].max_output_tokens, 300);
  assert.equal(bodies[0].reasoning.effort, 'low');
  assert.match(JSON.stringify(bodies[0]), /Be brief\./);
  assert.match(await page.locator('#code').innerText(), /role: 'system', content: 'Be brief\.'[\s\S]*reasoningEffort: 'low', maxTokens: 300/);
});

visit('a number that cannot be is refused in words, and not left out', {}, async (page) => {
  const bodies = watch(page);
  await standIn(page, 'OpenAiChat');
  await set(page, { idle: '-5' });
  assert.match((await say(page, 'Hi there')).failure, /must be a number of milliseconds above 0/);
  assert.equal(bodies.length, 0);
});

visit('a temperature reaches the service', {}, async (page) => {
  const bodies = watch(page);
  await standIn(page, 'Gemini');
  await set(page, { temperature: '0' });
  await say(page, 'Hi there');
  assert.equal(bodies[0].generationConfig.temperature, 0);
});

for (const provider of ['OpenAiChat', 'OpenAiResponses', 'Anthropic', 'Gemini', 'Ollama']) {
  visit(`${provider} lists its models in the page`, {}, async (page) => {
    await standIn(page, provider);
    await page.fill('.lane [name=model]', '');
    await page.click('.list-models');
    await page.waitForFunction(() => document.querySelector('.models-said').textContent.includes('lists 2 models'));
    assert.deepEqual(await page.locator('#models option').evaluateAll((all) => all.map(({ value }) => value)), ['stub-small', 'stub-large']);
    assert.equal(await page.inputValue('.lane [name=model]'), 'stub-small');
  });
}

visit('why models cannot be listed is told in words', { allowed: (text) => /CORS|Failed to load|404/.test(text) }, async (page, site) => {
  await standIn(page, 'OpenAiChat');
  await page.fill('.lane [name=baseUrl]', `${site.url}/services/nothing/v1`);
  await page.click('.list-models');
  await page.waitForFunction(() => / \(.*404/.test(document.querySelector('.models-said').textContent));
});

visit('each of SERVICES can be chosen, and an address with a gap is there to be filled in', {}, async (page) => {
  await openSettings(page);
  const offered = await page.locator('select[name=provider] optgroup').nth(2).locator('option').evaluateAll((all) => all.map(({ value }) => value));
  const services = await page.evaluate(async () => Object.keys((await import(new URL('./rivulet/index.js', document.baseURI))).SERVICES));
  assert.deepEqual([...offered].sort(), [...services].sort());
  await page.selectOption('select[name=provider]', 'groq');
  assert.match(await page.locator('#code').innerText(), /import \{ OpenAiChat, SERVICES \}[\s\S]*new OpenAiChat\(\{ \.\.\.SERVICES\.groq \}\)/);
  await page.selectOption('select[name=provider]', 'azure');
  assert.match(await page.inputValue('input[name=baseUrl]'), /\{resource\}/);
  await page.fill('input[name=model]', 'm');
  assert.match((await say(page, 'Hi')).failure, /cannot be made[\s\S]*resource/);
});

visit('two providers answer side by side, each with its own talk, and one is chosen to go on with', {}, async (page) => {
  const bodies = watch(page);
  await standIn(page, 'OpenAiChat');
  await page.click('#add-lane');
  await standIn(page, 'Anthropic', 1);
  await page.fill('#message', 'Hello both');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelectorAll('.reply').length === 2 && document.querySelectorAll('.reply.waiting').length === 0);
  assert.deepEqual(await page.locator('.side-by-side .reply').evaluateAll((all) => all.map((node) => node.getAttribute('aria-label'))), ['Reply of OpenAiChat', 'Reply of Anthropic']);
  assert.match(await page.locator('#code').innerText(), /chats\.map/);
  await page.locator('.reply').nth(1).getByRole('button', { name: 'Go on with this one' }).click();
  assert.equal(await page.locator('.keep').nth(1).getAttribute('aria-pressed'), 'true');
  await openSettings(page);
  await page.locator('.lane').nth(1).locator('.remove-lane').click();
  bodies.length = 0;
  await say(page, 'And now?');
  const [{ messages }] = bodies;
  assert.equal(messages[1].content, await page.locator('.reply').nth(1).locator('.content').innerText(), 'the kept answer went along');
});

visit('a fallback asks the next one, and the attempts are on a time line', { allowed: (text) => /Failed to load|404/.test(text) }, async (page, site) => {
  await standIn(page, 'OpenAiChat');
  await page.locator('.lane').nth(0).locator('[name=baseUrl]').fill(`${site.url}/services/nothing/v1`);
  await page.click('#add-lane');
  await standIn(page, 'Gemini', 1);
  await page.selectOption('select[name=together]', 'fallback');
  assert.match(await page.locator('#code').innerText(), /new Fallback\(\[/);
  const { reply, failure } = await say(page, 'Hello');
  assert.equal(failure, undefined);
  assert.match(await reply.innerText(), /You asked: "Hello"/);
  assert.match(await reply.innerText(), /OpenAiChat[\s\S]*Gemini/, 'both attempts are told');
  assert.equal(await page.locator('#jump').isVisible(), false, 'and the end of them is in sight');
});

visit('a fallback that does not wait long asks the next one as well, and both attempts are on the time line', {}, async (page, site) => {
  await page.click('#add-lane');
  await standIn(page, 'Gemini', 1);
  await page.selectOption('select[name=together]', 'fallback');
  await page.fill('[name=hedgeAfter]', '0.2');
  assert.match(await page.locator('#code').innerText(), /hedgeAfter: 200/);
  site.fault({ name: 'mute' });
  const { reply, failure } = await say(page, 'Hello');
  assert.equal(failure, undefined);
  assert.match(await reply.innerText(), /You asked: "Hello"/);
  const rows = await reply.locator('.attempts li, .attempts tr').allInnerTexts();
  assert.match(rows.join(' | '), /AiEngine\s+cancelled[^|]*\| Gemini\s+won: answered/);
});

visit('what was said is fetched by the arrow up, and left by the arrow down', {}, async (page) => {
  await say(page, 'First message');
  await say(page, 'Second message');
  await page.focus('#message');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.inputValue('#message'), 'Second message');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.inputValue('#message'), 'First message');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.inputValue('#message'), '');
  await page.fill('#message', 'A draft');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.inputValue('#message'), 'A draft', 'a draft is not lost');
});

visit('a button leads to the end, when one has scrolled away from it', { context: { viewport: { width: 1280, height: 600 } } }, async (page) => {
  await say(page, 'Tell me a long story');
  await say(page, 'Tell me a long story');
  assert.equal(await page.locator('#jump').isVisible(), false);
  await page.locator('.conversation').evaluate((node) => { node.scrollTop = 0; });
  await page.locator('#jump').click();
  await page.waitForFunction(() => document.querySelector('#jump').hidden);
});

visit('a reply of one talk is not shown in another, and is kept with what came', { delay: 20 }, async (page, site) => {
  site.fault({ name: 'stall', after: 2 });
  await page.fill('#message', 'Hi there');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelector('.reply .content')?.textContent.startsWith('Hello'));
  await page.click('#anew');
  assert.equal(await (await site.requests.when('chat')).closed, 'aborted');
  assert.equal(await page.locator('.reply').count(), 0);
  assert.equal((await say(page, 'Hi again')).failure, undefined);
  assert.equal(await page.locator('.reply').count(), 1);
});

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP8z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==';

visit('files go along with a message, also by themselves, and come back to be sent with another wording', {}, async (page) => {
  const bodies = watch(page);
  await standIn(page, 'Gemini');
  await page.locator('#files input').setInputFiles([{ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') }]);
  await page.waitForFunction(() => document.querySelector('#files .file-chip img'));
  const { reply } = await say(page, 'What is this?');
  assert.match(await reply.innerText(), /I see /);
  assert.equal(bodies[0].contents[0].parts.find((part) => part.inlineData).inlineData.data, PNG);
  assert.equal(await page.locator('#files .file-chip').count(), 0, 'the field is free again');
  assert.match(await page.locator('.you').innerText(), /dot\.png/);
  await page.locator('.you').getByRole('button', { name: 'Edit' }).click();
  assert.equal(await page.locator('#files .file-chip').count(), 1);
  await page.fill('#message', '');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelector('.you .variant-number') && !document.querySelector('.reply.waiting'));
  assert.equal(bodies[1].contents[0].parts.length, 1);
});

/** What the list of talks has, newest first. */
const listedTalks = (page) => page.locator('.talk-title').allTextContents();

visit('talks are kept: a reload shows the same one, the list has the others, and no key is in any of them', { allowed: (text) => /401/.test(text) }, async (page) => {
  const key = 'sk-canary-0123456789';
  await say(page, 'My first talk');
  await page.click('#anew');
  await standIn(page, 'OpenAiChat');
  await page.fill('#api-key', key);
  await say(page, `My second talk, with ${key} in it`);
  await openSettings(page);
  await page.fill('#api-key', '');
  await page.waitForFunction(() => document.querySelectorAll('.talk-row').length === 2);
  await page.reload();
  await page.waitForSelector('.reply:not(.waiting)');
  assert.match(await page.locator('.you .content').innerText(), /^My second talk, with/);
  assert.ok(!(await page.content()).includes('canary'));
  assert.deepEqual((await listedTalks(page)).map((title) => title.slice(0, 12)), ['My second ta', 'My first tal']);
  await page.click('#talks summary');
  await page.locator('.talk-open').nth(1).click();
  await page.waitForFunction(() => document.querySelector('.you .content').textContent === 'My first talk' && !document.querySelector('.reply.waiting'));
  assert.match(await page.locator('.reply .content').innerText(), /^Hello from the stub model/);
  const kept = await page.evaluate(() => new Promise((resolve, reject) => {
    const opening = indexedDB.open('rivulet-demo-talks');
    opening.onerror = reject;
    opening.onsuccess = () => {
      const all = opening.result.transaction('talks').objectStore('talks').getAll();
      all.onsuccess = () => resolve(JSON.stringify(all.result));
    };
  }));
  assert.match(kept, /My first talk/);
  assert.ok(!kept.includes('canary'));
});

visit('a stored talk goes on where it was: with its branches, tools and thread', {}, async (page, site) => {
  await say(page, 'Hi there');
  await page.reload();
  await page.waitForSelector('.reply:not(.waiting)');
  await say(page, 'And now?');
  const [first, second] = site.requests.of('chat').map(({ body }) => JSON.parse(body));
  assert.equal(second.chatId, first.chatId);
  assert.deepEqual(second.messages.map(({ role }) => role), ['user', 'assistant']);
});

visit('a talk that is deleted comes back by Undo, and not by a reply that was on its way', { delay: 20 }, async (page, site) => {
  site.fault({ name: 'stall', after: 2 });
  await page.fill('#message', 'Hi there');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelector('.reply .content')?.textContent.startsWith('Hello') && document.querySelector('.talk-row'));
  await page.click('#talks summary');
  await page.locator('.talk-more').click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  assert.equal(await (await site.requests.when('chat')).closed, 'aborted');
  await page.locator('.toast').waitFor();
  assert.deepEqual(await listedTalks(page), []);
  assert.equal(await page.locator('.you').count(), 0);
  await page.locator('.toast button').click();
  await page.waitForFunction(() => document.querySelector('.you .content')?.textContent === 'Hi there');
  assert.equal(await page.locator('.unanswered, .reply').count(), 1, 'it has its reply, or offers to ask');
});

visit('a message whose reply never came can be asked again after a reload', { delay: 20 }, async (page, site) => {
  site.fault({ name: 'stall', after: 0 });
  await page.fill('#message', 'Hi there');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelector('.talk-row') && document.querySelector('.reply.waiting'));
  await site.requests.when('chat');
  await page.reload();
  await press(page, page.getByRole('button', { name: 'Ask now' }));
  assert.match(await page.locator('.reply .content').innerText(), /^Hello from the stub model/);
  assert.equal(await page.locator('.you').count(), 1);
});

visit('a link has the settings of all providers and no key', { context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async (page, site) => {
  await standIn(page, 'OpenAiChat');
  await page.fill('#api-key', 'sk-canary-0123456789');
  await page.click('#add-lane');
  await page.locator('.lane').nth(1).locator('select[name=provider]').selectOption('groq');
  await page.locator('.lane').nth(1).locator('[name=model]').fill('llama');
  await set(page, { system: 'Be brief.', tools: true });
  await page.click('#share button');
  await page.waitForFunction(() => document.querySelector('.share-said').textContent.startsWith('Copied'));
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(!link.includes('canary'));
  await page.evaluate(() => localStorage.clear());
  await page.goto('about:blank');
  await page.goto(link);
  await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
  assert.deepEqual(await page.locator('.lane select[name=provider]').evaluateAll((all) => all.map(({ value }) => value)), ['OpenAiChat', 'groq']);
  assert.equal(await page.inputValue('[name=system]'), 'Be brief.');
  assert.equal(await page.isChecked('[name=tools]'), true);
  assert.equal(await page.inputValue('#api-key'), '');
  await openSettings(page);
  await page.locator('.lane').nth(1).locator('.remove-lane').click();
  await page.reload();
  assert.equal(await page.locator('.lane').count(), 1, 'what was changed since counts, and not the link');
  assert.equal(new URL(page.url()).origin, site.origin);
});

/** What each chip of "When it goes wrong" has to show. */
const FAULTS = {
  'Rate limit': /Too many messages/,
  'Key of the site': /The service failed[^]*Incorrect API key/,
  'Banned word': /refuses this message/,
  'Connection lost': /broke off|cannot be reached/,
  'Breaks off': /broke off/,
  Firewall: /stands before the chat/,
  'Falls silent': /took too long/,
  'Busy once, then fine': /Tried again|tries again/,
};
for (const provider of ['AiEngine', 'AiPower', 'AiPuffer']) {
  visit(`the faults of the chips really come: ${provider}`, { allowed: (text) => /4\d\d|503|Failed to load|ERR_/.test(text) }, async (page) => {
    await openSettings(page);
    await page.selectOption('select[name=provider]', provider);
    await set(page, { idle: '1' });
    const group = page.getByRole('group', { name: 'When it goes wrong' });
    const labels = await page.evaluate(() => [...document.querySelectorAll('#example-groups [aria-label="When it goes wrong"] button')].map((button) => button.textContent));
    assert.deepEqual(labels.sort(), Object.keys(FAULTS).sort());
    for (const [label, words] of Object.entries(FAULTS)) {
      await page.click('#anew');
      await page.evaluate(() => { document.querySelector('#examples').open = true; });
      await press(page, group.getByRole('button', { name: label })).catch((error) => { throw new Error(label, { cause: error }); });
      assert.match(await page.locator('.reply').innerText(), words, label);
    }
  });
}

visit('a long talk that is opened again shows its end first, and the rest while one may already write', {}, async (page) => {
  await page.evaluate(async () => {
    const [{ openStore }, { newTalk, addQuestion, addReply }] = await Promise.all(['./talk/store.js', './talk/tree.js'].map((path) => import(new URL(path, document.baseURI))));
    const text = '# Head\n\nWith **bold**.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nconst x = 1;\n```\n\n'.repeat(10);
    const talk = newTalk();
    for (let at = 0; at < 100; at += 1) {
      const question = addQuestion(talk, talk.leaf, `Question ${at}`);
      addReply(talk, question.id, [{
        provider: 'AiEngine', model: '', service: 'x', messages: [{ role: 'assistant', content: text }], conversation: null, stopped: false,
        events: [{ type: 'text', text, at: 1 }], timings: { first: 1, elapsed: 5, pieces: 3, characters: text.length },
      }]);
    }
    await (await openStore()).put(talk);
    sessionStorage.setItem('rivulet-demo-talk', talk.id);
  });
  await page.addInitScript(() => {
    window.order = [];
    new MutationObserver((changes) => {
      for (const { target } of changes) if (target.matches?.('.reply:not(.waiting)')) window.order.push([...document.querySelectorAll('.reply')].indexOf(target));
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['class'] });
  });
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('.reply').length === 100 && !document.querySelector('.reply.waiting'));
  assert.deepEqual(await page.evaluate(() => window.order.slice(0, 3)), [99, 98, 97]);
  assert.equal(await page.locator('#jump').isVisible(), false, 'the end is in sight');
  assert.ok(await page.locator('.reply').last().locator('td').first().isVisible());
});

/** What each chip of "What it can do" has to show. */
const SHOWN = {
  'Tools, step by step': /Europe\/Oslo[^]*8760[^]*Step 2/,
  'JSON that grows': /"name": "Ada"[^]*"age": 36/,
  'Reasoning first': /Thought for/,
  'Two side by side': /AiEngine[^]*Gemini/,
  'One fails, the next answers': /You asked[^]*OpenAiChat[^]*Gemini/,
};
visit('what the library can do is seen at one press, and the settings from before come back', { allowed: (text) => /404/.test(text) }, async (page) => {
  await openSettings(page);
  await page.selectOption('select[name=provider]', 'groq');
  await page.fill('#api-key', 'sk-of-the-visitor-1');
  const group = page.getByRole('group', { name: 'What it can do' });
  assert.deepEqual(await group.getByRole('button').allTextContents(), Object.keys(SHOWN));
  for (const [label, words] of Object.entries(SHOWN)) {
    await page.evaluate(() => { document.querySelector('#examples').open = true; });
    const before = await page.locator('.reply-turn').count();
    await group.getByRole('button', { name: label }).click();
    await page.waitForFunction((n) => document.querySelectorAll('.reply-turn').length > n && !document.querySelector('.reply.waiting'), before);
    assert.match(await page.locator('.reply-turn').last().innerText(), words, label);
    if (label.startsWith('Tools')) {
      await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
      assert.equal(await page.inputValue('select[name=provider]'), 'groq');
      assert.equal(await page.inputValue('#api-key'), 'sk-of-the-visitor-1');
    }
  }
});

visit('nothing throws the focus away: chips, asking again, trying again, listing models, opening and undoing a talk', {
  allowed: (text) => /429/.test(text),
}, async (page) => {
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName);
  const enter = async (button) => {
    await button.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('#stop').hidden && document.querySelectorAll('.reply').length > 0);
  };
  await enter(page.getByRole('button', { name: 'Emoji' }));
  assert.equal(await focused(), 'message', 'the chips are folded');
  await enter(page.getByRole('button', { name: 'Ask again' }));
  assert.equal(await focused(), 'message', 'the button went with the reply before');
  await say(page, 'FAULT truncate after=4');
  await enter(page.getByRole('button', { name: 'Try again' }));
  assert.equal(await focused(), 'message');
  await standIn(page, 'OpenAiChat');
  assert.match(await page.locator('.models-said').innerText(), /stand-in are filled in/);
  await page.focus('.list-models');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('.models-said').textContent.includes('lists 2 models'));
  assert.match(await focused(), /list-models/);
  await page.selectOption('.lane [name=provider]', 'Gemini');
  assert.equal(await page.locator('.models-said').textContent(), '', 'that was about another provider');
  await page.click('#anew');
  await say(page, 'Another talk');
  await page.click('.talks summary');
  await page.locator('.talk-open').nth(1).focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.tagName === 'SUMMARY' && !document.querySelector('.talks').open);
  await page.click('.talks summary');
  await page.locator('.talk-more').nth(0).click();
  await page.locator('.talk-menu').nth(0).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Undo' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.talk-row').length === 2);
  assert.notEqual(await focused(), 'BODY');
});

visit('what a service lacks is said in words, and a button leads to where it is entered', {}, async (page) => {
  await openSettings(page);
  await page.selectOption('select[name=provider]', 'groq');
  const { failure } = await say(page, 'Hi');
  assert.match(failure, /No model is chosen[\s\S]*API key/);
  await page.getByRole('button', { name: 'Change the settings' }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'api-key');
  await page.fill('#api-key', 'sk-of-nobody');
  await page.getByRole('button', { name: 'Change the settings' }).click();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'model');
});

visit('a double click on "Send" does not stop the reply', { delay: 20 }, async (page) => {
  await page.fill('#message', 'Tell me a long story');
  await page.dblclick('#send');
  await page.waitForFunction(() => document.querySelector('.reply .content')?.textContent.length > 20);
  assert.equal(await page.locator('#stop').isVisible(), true);
  await page.waitForTimeout(500);
  await page.click('#stop');
  await page.waitForFunction(() => document.querySelector('.reply .note')?.textContent.startsWith('You stopped'));
});

visit('while a reply is under way a question can be taken up for another wording, and what has to wait says so', { delay: 20 }, async (page) => {
  await say(page, 'Hi there');
  await page.fill('#message', 'Tell me a long story');
  await page.press('#message', 'Enter');
  await page.getByRole('button', { name: 'Ask again' }).first().click();
  assert.match(await page.locator('#status').innerText(), /under way/);
  await page.getByRole('button', { name: 'Edit' }).first().click();
  assert.equal(await page.inputValue('#message'), 'Hi there');
  await page.press('#message', 'Escape');
  await page.waitForFunction(() => document.querySelector('#stop').hidden);
  assert.equal(await page.inputValue('#message'), 'Hi there', 'only the reply was stopped');
});

visit('a rewording whose question is not shown any more becomes a new message', {}, async (page) => {
  await standIn(page, 'OpenAiChat');
  await say(page, 'One');
  await say(page, 'Two');
  await page.getByRole('button', { name: 'Edit' }).last().click();
  await page.fill('#message', 'Two, in other words');
  await press(page, page.getByRole('button', { name: 'Ask again' }).first());
  assert.equal(await page.locator('#editing').isVisible(), false);
  assert.equal(await page.inputValue('#message'), 'Two, in other words');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelectorAll('.reply').length === 2 && !document.querySelector('.reply.waiting'));
  assert.match(await page.locator('.reply-turn .variants').first().innerText(), /2 of 2/, 'in the branch that is shown');
});

visit('of a talk that is deleted while its reply comes, undoing brings back what came', { delay: 30 }, async (page) => {
  await page.fill('#message', 'Tell me a long story');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelector('.reply .content')?.textContent.length > 20);
  await page.click('.talks summary');
  await page.locator('.talk-more').click();
  await page.locator('.talk-menu').getByRole('button', { name: 'Delete' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.you').length === 0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForSelector('.reply .content');
  assert.ok((await page.locator('.reply .content').innerText()).length > 20);
});

visit('opening the talk that is shown does not stop its reply', { delay: 20 }, async (page) => {
  await page.fill('#message', 'Say something slow');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelector('.reply .content')?.textContent !== '');
  await page.click('.talks summary');
  await page.locator('.talk-open').click();
  await page.waitForFunction(() => !document.querySelector('.talks').open);
  assert.equal(await page.locator('.reply').count(), 1);
  await page.waitForFunction(() => !document.querySelector('.reply.waiting'));
  assert.equal(await page.locator('.reply .note').count(), 0);
});

for (const [width, height] of [[1280, 800], [360, 740]]) {
  visit(`at ${width} the time line of a fallback ends in sight, and nothing lies over the first words`, {
    context: { viewport: { width, height } }, allowed: (text) => /Failed to load|404/.test(text),
  }, async (page, site) => {
    assert.equal(await page.locator('#jump').isVisible(), false, 'there is no talk yet');
    await say(page, 'Tell me a long story');
    await set(page, { schema: '' });
    await page.waitForTimeout(100);
    const [field, jump] = await Promise.all([page.locator('#schema').boundingBox(), page.locator('#jump').boundingBox()]);
    assert.ok(jump === null || field.y + field.height <= jump.y, 'the button does not lie over the settings');
    await page.click('#anew');
    await standIn(page, 'OpenAiChat');
    await page.locator('.lane').nth(0).locator('[name=baseUrl]').fill(`${site.url}/services/nothing/v1`);
    await page.click('#add-lane');
    await standIn(page, 'Gemini', 1);
    await page.selectOption('select[name=together]', 'fallback');
    await say(page, 'First');
    await say(page, 'Second');
    await page.waitForTimeout(100);
    const [chart, dock] = await Promise.all([page.locator('.attempts').last().boundingBox(), page.locator('#dock').boundingBox()]);
    assert.ok(chart.y > 0 && chart.y + chart.height <= dock.y + 1, `${JSON.stringify(chart)} above ${JSON.stringify(dock)}`);
    const [mast, theme] = await Promise.all([page.locator('.masthead').boundingBox(), page.locator('#theme').boundingBox()]);
    assert.ok(mast.height < 80 && theme.x + theme.width <= width, 'the head of the page has one row');
  });
}

visit('a city alone is a time zone, and a question without one asks for none', {}, async (page) => {
  await standIn(page, 'OpenAiChat');
  await set(page, { tools: true });
  for (const text of ['What time is it in Oslo?', 'What time is it?']) {
    const { reply } = await say(page, text);
    assert.equal(await reply.locator('.call.is-error').count(), 0, text);
  }
});

visit('a turn that another tab adds is there beside one\'s own', {}, async (page, site) => {
  const context = await page.context().browser().newContext();
  const tabs = [];
  for (let count = 0; count < 2; count += 1) {
    const tab = await context.newPage();
    await tab.goto(`${site.url}/demo/`);
    await standIn(tab, 'OpenAiChat');
    tabs.push(tab);
  }
  const [one, other] = tabs;
  await say(one, 'One');
  await other.click('.talks summary');
  await other.locator('.talk-open').click();
  await say(other, 'From the other tab');
  await say(one, 'From this tab');
  await one.waitForFunction(() => document.querySelectorAll('.you .variant-number').length === 1);
  await context.close();
});

visit('zoomed to 400 %, who scrolls away from the end of a reply is left there', {
  context: { viewport: { width: 320, height: 200 } }, delay: 10,
}, async (page) => {
  await say(page, 'Hi there');
  await page.fill('#message', 'Tell me a long story');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelectorAll('.reply .content')[1]?.textContent.length > 100);
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForFunction(() => !document.querySelector('.reply.waiting'));
  assert.ok((await page.evaluate(() => scrollY)) < 100, 'it stays where one reads');
});

visit('an example is a message of its own: a rewording that was begun stays in the field, and becomes no wording by that', {}, async (page) => {
  await say(page, 'Hi there');
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.fill('#message', 'Half a draft');
  await page.click('#examples summary');
  await press(page, page.getByRole('button', { name: 'Emoji' }));
  assert.deepEqual(await texts(page, '.you .content'), ['Hi there', 'Some emoji, please']);
  assert.equal(await page.locator('#editing').isVisible(), false);
  assert.equal(await page.inputValue('#message'), 'Half a draft');
});

visit('a message that is written while the files of the one before are read is not lost', {}, async (page) => {
  await standIn(page, 'Gemini');
  await page.evaluate(() => {
    const read = FileReader.prototype.readAsDataURL;
    const slow = (work) => function later(...given) {
      setTimeout(() => work.apply(this, given), 600);
    };
    FileReader.prototype.readAsDataURL = slow(read);
    for (const name of ['arrayBuffer', 'text']) {
      const whole = Blob.prototype[name];
      Blob.prototype[name] = async function later() {
        await new Promise((resolve) => { setTimeout(resolve, 600); });
        return whole.call(this);
      };
    }
  });
  await page.locator('#files input').setInputFiles([{ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') }]);
  await page.fill('#message', 'What is this?');
  await page.press('#message', 'Enter');
  assert.equal(await page.locator('.you').count(), 0, 'it waits for its file');
  await page.fill('#message', 'And this?');
  await page.press('#message', 'Enter');
  assert.equal(await page.inputValue('#message'), 'And this?');
  await page.waitForFunction(() => document.querySelectorAll('.reply').length === 1 && !document.querySelector('.reply.waiting'));
  assert.match(await page.locator('.you').innerText(), /What is this\?/);
  assert.equal(await page.locator('.you img').count(), 1);
  assert.equal(await page.inputValue('#message'), 'And this?');
});

visit('providers of one kind side by side are told apart by their models, and asking again is for all of them', {
  allowed: (text) => /Failed to load|404/.test(text),
}, async (page, site) => {
  await standIn(page, 'OpenAiChat');
  await page.click('#add-lane');
  await standIn(page, 'OpenAiChat', 1);
  await page.locator('.lane').nth(1).locator('[name=model]').fill('stub-large');
  await page.locator('.lane').nth(1).locator('[name=baseUrl]').fill(`${site.url}/services/nothing/v1`);
  assert.equal(await page.locator('#connected').innerText(), 'OpenAiChat: stub-small beside OpenAiChat: stub-large');
  await page.fill('#message', 'Hello both');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelectorAll('.reply').length === 2 && !document.querySelector('.reply.waiting'));
  assert.deepEqual(await texts(page, '.reply > .author'), ['OpenAiChat: stub-small', 'OpenAiChat: stub-large']);
  assert.equal(await page.locator('#status').innerText(), '2 of 2 answers ended, 1 failed');
  assert.equal(await page.getByRole('button', { name: 'Try all again' }).count(), 1);
  assert.equal(await page.getByRole('button', { name: 'Ask all again' }).count(), 1);
});

visit('settings that leave no room for the answer are folded when a message is sent', { context: { viewport: { width: 1280, height: 800 } } }, async (page) => {
  await say(page, 'Hi there');
  await set(page, { schema: '' });
  await say(page, 'Hi again');
  assert.equal(await page.locator('#connect').evaluate((node) => node.open), false);
  assert.ok((await page.locator('.conversation').boundingBox()).height > 400);
});

visit('a reload in the middle of a reply loses nothing of it', { delay: 20 }, async (page, site) => {
  site.fault({ name: 'stall', after: 4 });
  await page.fill('#message', 'Hi there');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelector('.reply .content')?.textContent.startsWith('Hello from the'));
  await page.reload();
  await page.waitForSelector('.reply .failure');
  assert.match(await page.locator('.reply').innerText(), /Hello from the[\s\S]*The page was closed/);
  await press(page, page.getByRole('button', { name: 'Try again' }));
  assert.equal(await page.locator('.reply .failure').count(), 0);
  await page.reload();
  await page.waitForSelector('.reply .variants button');
  assert.match(await page.locator('.reply .variants').innerText(), /2 of 2/);
});

visit('that there is no connection, a wrong address of an API and an unknown provider are told in words', {
  allowed: (text) => /Failed to load/.test(text),
}, async (page, site) => {
  await page.context().setOffline(true);
  assert.match((await say(page, 'Hi')).failure, /There is no connection/);
  await page.context().setOffline(false);
  await standIn(page, 'OpenAiChat');
  await page.fill('[name=baseUrl]', 'nope');
  await page.click('.list-models');
  await page.waitForFunction(() => /cannot be made: .*URL/.test(document.querySelector('.models-said').textContent));
  await page.goto(`${site.url}/demo/?provider=AiEngine#2.provider=Nobody`);
  await page.waitForFunction(() => document.querySelector('#connected').textContent === 'AiEngine beside AiEngine');
});

visit('a reload in the moment in which a reply is complete keeps it', {}, async (page) => {
  for (let turn = 1; turn <= 4; turn += 1) {
    await page.evaluate(() => {
      const stop = document.querySelector('#stop');
      new MutationObserver(() => {
        if (stop.hidden) location.reload();
      }).observe(stop, { attributes: true });
    });
    await page.fill('#message', `Message ${turn}`);
    await Promise.all([page.waitForEvent('load'), page.press('#message', 'Enter')]);
    await page.waitForFunction((count) => document.querySelectorAll('.you').length === count, turn);
    assert.equal(await page.locator('.unanswered').count(), 0);
    assert.equal(await page.locator('.reply').count(), turn);
  }
});
