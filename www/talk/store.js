// The talks, kept in this browser only (IndexedDB), and shared by its tabs. Where the browser does not allow it they are kept in memory, and
// `note` says so: the page works on.

import { merged } from './merge.js';
import { withoutSecrets } from './secrets.js';
import { isHead, isTalk, objectionTo } from './shape.js';

const NAME = 'rivulet-demo-talks';
/** How long a browser may take to open its storage, in ms. Some never answer. */
const PATIENCE = 5000;

/**
 * @typedef {import('./tree.js').Talk} Talk
 * @typedef {{ id: string, title: string, changedAt: number }} Head
 * @typedef {{ kind: 'put' | 'remove' | 'clear' | 'note', id?: string, isElsewhere: boolean }} Change `isElsewhere`: in another tab
 *
 * @typedef {object} Store None of its functions rejects.
 * @property {() => Promise<Head[]>} list the newest first; what is in the talks is not read for it
 * @property {(id: string) => Promise<Talk | undefined>} get
 * @property {(talk: Talk) => Promise<Talk>} put keeps a talk, with the turns that another tab has added to it; gives it as it is kept
 * @property {(id: string) => Promise<Talk | undefined>} remove gives what was removed, for `put` if it shall come back
 * @property {() => Promise<Talk[]>} clear gives what was removed
 * @property {(listener: (change: Change) => void) => () => void} onChange the function that it gives ends it
 * @property {string} note in words, if talks are not kept or could not be saved or read; else empty
 * @property {() => void} close
 */

/** @param {{ secrets?: () => string[] }} [options] `secrets`: the keys of the moment, which are taken out of whatever is kept @returns {Promise<Store>} */
export async function openStore({ secrets = () => [] } = {}) {
  const listeners = new Set();
  /** What is not in the database: everything where there is none, else what it did not take. @type {Map<string, Talk>} */
  const memory = new Map();
  let note = '';
  const channel = openChannel();
  const tell = (change) => {
    for (const listener of listeners) listener(change);
  };
  const say = (words) => {
    if (note === words) return;
    note = words;
    tell({ kind: 'note', isElsewhere: false });
  };
  const changed = (kind, id) => {
    channel?.postMessage({ kind, id });
    tell({ kind, id, isElsewhere: false });
  };
  channel?.addEventListener('message', ({ data }) => {
    if (['put', 'remove', 'clear'].includes(data?.kind)) tell({ kind: data.kind, id: data.id, isElsewhere: true });
  });
  const lost = (why) => {
    database = undefined;
    say(`Talks are not kept any more: ${why} Those of now last until this page is closed.`);
  };
  let database = await openDatabase(lost).catch((error) => {
    note = `Talks are not kept: ${why(error)} They last until this page is closed.`;
    return undefined;
  });

  /** Does something with the database. Where that fails it says so, and gives what is given for that. */
  const attempt = async (words, work, otherwise) => {
    if (!database) return otherwise;
    try {
      return await work(database);
    } catch (error) {
      say(`${words}: ${why(error)}`);
      return otherwise;
    }
  };
  const keepInMemory = (talk) => {
    const before = memory.get(talk.id);
    const whole = before ? merged(before, talk) : talk;
    memory.set(talk.id, copyOf(whole));
    return whole;
  };

  return {
    async list() {
      const kept = await attempt('The list of talks could not be read', (db) => db.getAll('heads'), []);
      const good = kept.filter(isHead);
      if (good.length < kept.length) say('A talk is damaged and left out of the list.');
      const heads = new Map([...good, ...memory.values()].map(({ id, title, changedAt }) => [id, { id, title, changedAt }]));
      return [...heads.values()].sort((a, b) => b.changedAt - a.changedAt);
    },
    async get(id) {
      if (memory.has(id)) return copyOf(memory.get(id));
      const talk = await attempt('The talk could not be read', (db) => db.get('talks', id), undefined);
      if (talk === undefined || isTalk(talk)) return talk;
      say(`The talk is damaged and cannot be shown: ${objectionTo(talk)}.`);
      return undefined;
    },
    async put(given) {
      const objection = objectionTo(given);
      if (objection) {
        say(`A talk could not be saved: ${objection}.`);
        return given;
      }
      const talk = withoutSecrets(given, secrets());
      const words = `“${talk.title || 'The talk'}” could not be saved and lasts until this page is closed`;
      const kept = await attempt(words, (db) => putInto(db, memory.get(talk.id), talk), undefined);
      if (kept) {
        memory.delete(talk.id);
        // What could not be saved before can be now.
        if (memory.size === 0) say('');
      }
      const whole = kept ?? keepInMemory(talk);
      changed('put', talk.id);
      return whole;
    },
    async remove(id) {
      const before = await this.get(id);
      memory.delete(id);
      await attempt('The talk could not be deleted', (db) => deleteFrom(db, (store) => store.delete(id)));
      changed('remove', id);
      return before;
    },
    async clear() {
      const kept = await attempt('The talks could not be read', (db) => db.getAll('talks'), []);
      const all = new Map([...kept.filter(isTalk), ...memory.values()].map((talk) => [talk.id, talk]));
      memory.clear();
      await attempt('The talks could not be deleted', (db) => deleteFrom(db, (store) => store.clear()));
      changed('clear');
      return [...all.values()];
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get note() {
      return note;
    },
    close() {
      channel?.close();
      database?.close();
    },
  };
}

/** Where the browser has no channel between tabs, or does not allow it, each tab sees the others' changes when it reads. */
function openChannel() {
  try {
    return new BroadcastChannel(NAME);
  } catch {
    return undefined;
  }
}

async function openDatabase(lost) {
  const { openDB } = await import('../vendor/idb.js');
  const opening = openDB(NAME, 1, {
    upgrade(db) {
      // The heads by themselves: a list of talks must not read all images.
      for (const name of ['talks', 'heads']) db.createObjectStore(name, { keyPath: 'id' });
    },
    blocking(_, __, event) {
      /** @type {IDBDatabase} */ (event.target).close();
      lost('another tab has a newer version of this page; reload it.');
    },
    terminated: () => lost('the browser has closed its storage.'),
  });
  let timer;
  const tooLong = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the browser does not open its storage.')), PATIENCE);
  });
  // One that opens too late is closed again.
  tooLong.catch(() => opening.then((db) => db.close(), () => {}));
  return Promise.race([opening, tooLong]).finally(() => clearTimeout(timer));
}

/** Writes a talk, with what is there of it: both in one transaction, so that no other tab comes between. */
async function putInto(db, unsaved, talk) {
  const transaction = db.transaction(['talks', 'heads'], 'readwrite');
  // Awaited below, and told there if it fails.
  transaction.done.catch(() => {});
  const there = await transaction.objectStore('talks').get(talk.id);
  const sum = [there, unsaved].filter(isTalk).reduce((rest, other) => merged(other, rest), talk);
  // Two that do not fit together, which no page writes.
  const whole = isTalk(sum) ? sum : talk;
  const { id, title, changedAt } = whole;
  transaction.objectStore('talks').put(whole);
  transaction.objectStore('heads').put({ id, title, changedAt });
  await transaction.done;
  return whole;
}

async function deleteFrom(db, work) {
  const transaction = db.transaction(['talks', 'heads'], 'readwrite');
  for (const name of ['talks', 'heads']) work(transaction.objectStore(name));
  await transaction.done;
}

const copyOf = (talk) => structuredClone(talk);

/** Why the browser refuses, in words. */
function why(error) {
  switch (error?.name) {
    case 'QuotaExceededError': return 'there is no more room for this page in this browser. Deleting talks with large files makes some.';
    case 'SecurityError': return 'this browser does not allow this page to store anything, as in some private windows.';
    case 'InvalidStateError': return 'this browser stores nothing in this window, as in some private windows.';
    default: return `the browser says “${error?.message || error}”.`;
  }
}
