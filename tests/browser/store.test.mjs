// The talks that are kept: in which order, by whom they are changed, and what happens where they cannot be kept.

import assert from 'node:assert/strict';

import { visit } from './visit.mjs';

/** In the page: `window.store`, and `window.talkOf`, which makes a talk with an answer. */
async function prepare() {
  const load = (path) => import(new URL(path, document.baseURI));
  const [{ openStore }, tree, { isTalk }] = await Promise.all(['./talk/store.js', './talk/tree.js', './talk/shape.js'].map(load));
  Object.assign(window, tree, { isTalk, secrets: [] });
  window.store = await openStore({ secrets: () => window.secrets });
  window.answer = (text, more = {}) => ({
    provider: 'Groq', model: 'm', service: 's', messages: [{ role: 'assistant', content: text }], conversation: null,
    events: [{ type: 'text', text, at: 1 }], timings: { elapsed: 2, pieces: 1, characters: text.length }, stopped: false, ...more,
  });
  window.talkOf = (words, at, more) => {
    const talk = window.newTalk(at);
    const question = window.addQuestion(talk, null, words, at);
    window.addReply(talk, question.id, [window.answer(`Reply to ${words}`, more)], at);
    return talk;
  };
  /** All records as the browser has them. */
  window.records = async () => {
    const { openDB } = await load('./vendor/idb.js');
    const db = await openDB('rivulet-demo-talks');
    const all = { talks: await db.getAll('talks'), heads: await db.getAll('heads') };
    db.close();
    return all;
  };
}

visit('talks outlive a reload, and are listed with the newest first', {}, async (page) => {
  await page.evaluate(prepare);
  await page.evaluate(async () => {
    for (const [words, at] of [['First', 10], ['Third', 30], ['Second', 20]]) await window.store.put(window.talkOf(words, at));
  });
  await page.reload();
  await page.evaluate(prepare);
  const list = await page.evaluate(() => window.store.list());
  assert.deepEqual(list.map(({ title, changedAt }) => [title, changedAt]), [['Third', 30], ['Second', 20], ['First', 10]]);
  const { text, note, others } = await page.evaluate(async ([{ id }]) => {
    const talk = await window.store.get(id);
    return { text: talk.turns[1].answers[0].events[0].text, note: window.store.note, others: await window.store.get('nobody') };
  }, list);
  assert.deepEqual([text, note, others], ['Reply to Third', '', undefined]);
});

visit('the list is read without what is in the talks', {}, async (page) => {
  await page.evaluate(prepare);
  const read = await page.evaluate(async () => {
    await window.store.put(window.talkOf([{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(1e6)}` } }], 10));
    const stores = [];
    const { getAll } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.getAll = function (...given) {
      stores.push(this.name);
      return getAll.apply(this, given);
    };
    const list = await window.store.list();
    IDBObjectStore.prototype.getAll = getAll;
    return { stores, length: JSON.stringify(list).length, titles: list.map(({ title }) => title) };
  });
  assert.deepEqual([...new Set(read.stores)], ['heads'], 'the page lists its talks, too');
  assert.deepEqual(read.titles, ['Files']);
  assert.ok(read.length < 200);
});

visit('what is removed can come back, and clearing removes all', {}, async (page) => {
  await page.evaluate(prepare);
  const counts = await page.evaluate(async () => {
    const { store, talkOf } = window;
    const seen = [];
    const changes = [];
    store.onChange(({ kind, isElsewhere }) => changes.push(`${kind} ${isElsewhere}`));
    const look = async () => seen.push((await store.list()).length);
    const talk = await store.put(talkOf('One', 1));
    await store.put(talkOf('Two', 2));
    await look();
    const removed = await store.remove(talk.id);
    await look();
    await store.put(removed);
    await look();
    const all = await store.clear();
    await look();
    const { talks, heads } = await window.records();
    return { seen, changes, all: all.length, left: talks.length + heads.length };
  });
  assert.deepEqual(counts, { seen: [2, 1, 2, 0], changes: ['put false', 'put false', 'remove false', 'put false', 'clear false'], all: 2, left: 0 });
});

visit('two tabs see each other\'s changes, and a talk has the turns of both', {}, async (page, site) => {
  const [second] = await Promise.all([page.waitForEvent('popup'), page.evaluate(() => { open(location.href, '_blank', 'noopener'); })]);
  await second.waitForFunction(() => document.querySelector('#code')?.textContent);
  for (const tab of [page, second]) await tab.evaluate(prepare);
  await page.evaluate(() => {
    window.change = new Promise((done) => { window.store.onChange((change) => { if (change.isElsewhere) done(change); }); });
  });
  const talk = await second.evaluate(() => window.store.put(window.talkOf('Shared', 100)));
  assert.deepEqual(await page.evaluate(() => window.change), { kind: 'put', id: talk.id, isElsewhere: true });
  assert.deepEqual((await page.evaluate(() => window.store.list())).map(({ title }) => title), ['Shared']);

  // Both go on from the same state. The second tab, which is later, is saved first.
  const goOn = (tab, words, at, title) => tab.evaluate(async ([id, text, time, name]) => {
    const mine = await window.store.get(id);
    window.mine = mine;
    window.addQuestion(mine, mine.leaf, text, time);
    mine.title = name;
  }, [talk.id, words, at, title]);
  await goOn(page, 'By the first tab', 200, 'Old title');
  await goOn(second, 'By the second tab', 300, 'New title');
  await second.evaluate(() => window.store.put(window.mine));
  const kept = await page.evaluate(() => window.store.put(window.mine));
  assert.equal(kept.turns.length, 4, 'the turns of both');
  assert.deepEqual(kept.turns.slice(2).map(({ content }) => content), ['By the first tab', 'By the second tab']);
  assert.deepEqual([kept.title, kept.changedAt, kept.leaf], ['New title', 300, kept.turns[3].id], 'the older version does not win');
  assert.deepEqual(await second.evaluate((id) => window.store.get(id), talk.id), kept);
  assert.deepEqual((await second.evaluate(() => window.store.list())).map(({ title, changedAt }) => [title, changedAt]), [['New title', 300]]);
  await second.close();
});

visit('a damaged record is told and left out, and the others are there', {}, async (page) => {
  await page.evaluate(prepare);
  const { titles, noteOfList, got, noteOfTalk } = await page.evaluate(async () => {
    const good = await window.store.put(window.talkOf('Good', 1));
    const bad = await window.store.put(window.talkOf('Bad', 2));
    const { openDB } = await import(new URL('./vendor/idb.js', document.baseURI));
    const db = await openDB('rivulet-demo-talks');
    await db.put('talks', { ...bad, turns: [{ id: 'a', parent: 'a', kind: 'reply' }] });
    await db.put('heads', { id: 'odd', title: 7 });
    db.close();
    const list = await window.store.list();
    const note = window.store.note;
    const both = [await window.store.get(good.id), await window.store.get(bad.id)];
    return { titles: list.map(({ title }) => title), noteOfList: note, got: both.map((talk) => talk?.title), noteOfTalk: window.store.note };
  });
  assert.deepEqual(titles, ['Bad', 'Good']);
  assert.match(noteOfList, /damaged/);
  assert.deepEqual(got, ['Good', undefined]);
  assert.match(noteOfTalk, /damaged and cannot be shown: turn 1 is neither/);
});

visit('what is no talk is told from what is one', {}, async (page) => {
  await page.evaluate(prepare);
  const wrong = await page.evaluate(() => {
    const good = window.talkOf('Good', 1);
    const [question, reply] = good.turns;
    const variants = {
      nothing: null, text: 'x', list: [], 'another version': { ...good, version: 2 }, 'no id': { ...good, id: '' }, 'no time': { ...good, changedAt: NaN },
      'no turns': { ...good, turns: {} }, 'a turn of null': { ...good, turns: [null] }, 'two of one id': { ...good, turns: [question, question] },
      'a circle': { ...good, turns: [{ ...question, parent: reply.id }, reply] }, 'no parent': { ...good, turns: [reply] },
      'a leaf elsewhere': { ...good, leaf: 'x' }, 'no answers': { ...good, turns: [question, { ...reply, answers: [] }] },
      'kept outside': { ...good, turns: [question, { ...reply, kept: 1 }] }, 'a part of null': { ...good, turns: [{ ...question, content: [null] }, reply] },
      'a text of null': { ...good, turns: [question, { ...reply, answers: [window.answer('', { events: [{ type: 'text', at: 1 }] })] }] },
    };
    return { isGood: window.isTalk(good) && window.isTalk(window.newTalk()), taken: Object.keys(variants).filter((name) => window.isTalk(variants[name])) };
  });
  assert.deepEqual(wrong, { isGood: true, taken: [] });
});

for (const [what, break_, words, allowed] of [
  ['storage is not allowed', (page) => page.addInitScript(() => { IDBFactory.prototype.open = () => { throw new DOMException('denied', 'SecurityError'); }; }),
    /^Talks are not kept: this browser does not allow/],
  ['the library of the store cannot be loaded', (page) => page.route('**/vendor/idb.js', (route) => route.abort()),
    /^Talks are not kept: the browser says “Failed to fetch/, (text) => /Failed to load/.test(text)],
]) {
  visit(`where ${what}, talks are kept in memory, and that is said`, { allowed }, async (page) => {
    await break_(page);
    // What the page has loaded and opened for itself is not to count.
    await page.reload();
    await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
    await page.evaluate(prepare);
    const { note, titles, text, merged, left } = await page.evaluate(async () => {
      const { store } = window;
      const talk = await store.put(window.talkOf('One', 1));
      const mine = await store.get(talk.id);
      window.addQuestion(mine, mine.leaf, 'More', 2);
      const whole = await store.put(mine);
      await store.put(window.talkOf('Two', 3));
      const list = await store.list();
      await store.remove(talk.id);
      return { note: store.note, titles: list.map(({ title }) => title), text: mine.turns.length, merged: whole.turns.length, left: (await store.list()).length };
    });
    assert.match(note, words);
    assert.deepEqual([titles, text, merged, left], [['Two', 'One'], 3, 3, 1]);
  });
}

visit('where storage is full, the talk stays in the page, that is said, and it is saved once there is room', {}, async (page) => {
  await page.evaluate(prepare);
  const result = await page.evaluate(async () => {
    const { store } = window;
    const { put } = IDBObjectStore.prototype;
    const notes = [];
    store.onChange(({ kind }) => { if (kind === 'note') notes.push(store.note); });
    IDBObjectStore.prototype.put = function (...given) {
      const request = put.apply(this, given);
      this.transaction.abort();
      throw new DOMException('full', 'QuotaExceededError');
    };
    const talk = await store.put(window.talkOf('Large', 1));
    const listed = (await store.list()).length;
    const inside = (await store.get(talk.id)).title;
    IDBObjectStore.prototype.put = put;
    await store.put(talk);
    return { notes, listed, inside, records: (await window.records()).talks.length };
  });
  assert.match(result.notes[0], /^“Large” could not be saved and lasts until this page is closed: there is no more room/);
  assert.equal(result.notes[1], '', 'it is saved now');
  assert.deepEqual([result.listed, result.inside, result.records], [1, 'Large', 1]);
});

visit('no key is in what is kept, whoever repeats it', {}, async (page) => {
  await page.evaluate(prepare);
  const CANARY = 'sk-canary/0123456789+abcdef';
  const kept = await page.evaluate(async (key) => {
    window.secrets = [key, ''];
    const talk = window.talkOf(`My key is ${key}`, 1, {
      error: { title: 'No', hint: 'h', code: 'auth', message: `Wrong key ${key}.`, body: JSON.stringify({ key }) },
      events: [{ type: 'raw', at: 1, raw: { [key]: [`Bearer ${key}`, `https://x.example/?key=${encodeURIComponent(key)}`] } }],
    });
    window.addQuestion(talk, talk.leaf, [{ type: 'text', text: key }], 2);
    talk.title = key;
    const given = await window.store.put(talk);
    return JSON.stringify([given, await window.records(), await window.store.list(), { ...localStorage }, { ...sessionStorage }]);
  }, CANARY);
  assert.ok(kept.includes('[key left out]'));
  for (const form of [CANARY, encodeURIComponent(CANARY), 'canary']) assert.ok(!kept.includes(form), form);
});
