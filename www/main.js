// The page: connects the controls with the conversation, and the conversation with what is shown.

import { announcer } from './page/announcer.js';
import { copyText } from './page/copy.js';
import { byId, el } from './page/dom.js';
import { explained } from './page/errors.js';
import { follower } from './page/follower.js';
import { eachFrame } from './page/frames.js';
import { tabStorage } from './page/storage.js';
import { themeSwitch } from './page/theme.js';
import { undoable } from './page/undo.js';
import { coloured, programFor } from './panels/code.js';
import { eventLog } from './panels/events.js';
import { rows, summary } from './panels/timings.js';
import { isLocalSite, settingsForm } from './settings/form.js';
import { EDGE, fieldsOf, isService, STAND_IN_KEY } from './settings/providers.js';
import { CALL, IS_STATIC, isAddressed, LANE, loadSettings, saveSettings } from './settings/settings.js';
import { shareButton, shareLink } from './settings/share.js';
import { composer } from './talk/composer.js';
import { conversation } from './talk/conversation.js';
import { showExamples } from './talk/examples.js';
import { schemaText } from './talk/showcases.js';
import { fileTray } from './talk/files.js';
import { addHalf, keepHalf, lastReply } from './talk/half.js';
import { filesOf, wordsOf } from './talk/parts.js';
import { withoutSecrets } from './talk/secrets.js';
import { openStore } from './talk/store.js';
import { talksPanel } from './talk/talks.js';
import { newTalk } from './talk/tree.js';

const events = eventLog(byId('events'), byId('event-list'), byId('event-count'));
const voice = announcer(byId('announcer'));
const follow = follower();
const files = fileTray({ field: byId('message'), dropZone: document.body, list: byId('files'), button: byId('attach') });
const message = composer({
  send,
  stop: () => talks.stop(),
  hasFiles: () => !files.isEmpty(),
  sent: () => talks.questions().map(({ content }) => wordsOf(content)).filter(Boolean),
  onLeaveEdit() {
    edited = undefined;
    files.clear();
  },
});
const form = settingsForm({ form: byId('settings'), settings: loadSettings(), onChange: applySettings });
/** The question that was asked last, or an example. @type {string | any[]} */
let lastContent = 'Hello! How are you?';
/** How high the place for the talk must be beside open settings, in CSS pixels. */
const LEAST_ROOM = 240;
/** The name under which a tab remembers which talk it shows. */
const SHOWN = 'rivulet-demo-talk';
/** The talks that were deleted while they were shown, each with what came of its reply after that. */
const gone = new Map();
/** The question that is being reworded. */
let edited;
/** How many times a talk is being saved at the moment. */
let saving = 0;
/** Whether a message waits for its files to be read. */
let isPreparing = false;
/** How the reply that is under way is told of. */
let live;
/** The keys of all calls since the page was opened: a reply that is kept later may still repeat one that is not in its field any more. */
const usedKeys = new Set();

const talks = conversation({
  log: byId('log'), follow, form,
  onStart({ providers, content }) {
    for (const key of keys()) usedKeys.add(key);
    lastContent = content;
    // The first message: from now on the room is for the talk. What the visitor opens again stays open, unless no room is left for the answer.
    if (!byId('intro').hidden || byId('conversation').clientHeight < LEAST_ROOM) byId('connect').open = false;
    byId('intro').hidden = true;
    const wasExample = byId('examples').contains(document.activeElement);
    byId('examples').open = false;
    showCode();
    events.clear();
    message.running(true, wasExample);
    message.status(`Waiting for ${providers.join(' and ')}`);
    live = {
      secrets: keys(), isAlone: providers.length === 1, count: providers.length, figures: eachFrame(() => showTimings(live.timings)), timings: undefined, ends: [],
    };
  },
  onEvent(event, at, timings, lane) {
    // Of several providers the panels show the first, and screen readers are told each answer when it is complete.
    if (lane > 0) return;
    live.timings = timings;
    events.add(withoutSecrets(event, live.secrets), at);
    if (event.type === 'text') {
      if (timings.arrivals.count === 1) message.status('Receiving');
      if (live.isAlone) voice.add(event.text);
      live.figures.ask();
    } else if (event.type === 'reasoning') {
      if (timings.first === undefined) message.status('Thinking');
    } else if (event.type === 'tool-call' && event.done && live.isAlone) voice.add(`Call of ${event.name}.\n`);
  },
  onAnswer({ error, stopped, timings, text, provider }, lane) {
    if (!live.isAlone) voice.add(`${provider}: ${text}\n`);
    if (lane === 0) {
      if (error !== undefined) events.error(stopped ? 'signal.reason' : `${error.code ?? error.name}`, timings.elapsed);
      events.flush();
      showTimings(timings);
    }
    live.ends.push(stopped ? 'Stopped' : error !== undefined ? 'Failed' : 'Done');
    if (live.isAlone) voice.finish(stopped ? 'Stopped.' : '');
    message.status(live.isAlone ? `${live.ends[0]}: ${summary(timings)}` : endsInWords(live));
  },
  onEnd() {
    if (!live.isAlone) voice.finish();
    message.running(false);
  },
  onBusy: tellBusy,
  onChange(talk) {
    // The branch with the question that was being reworded is not shown any more: what was written of it becomes a new message.
    if (edited && !talks.questions().some(({ id }) => id === edited.id)) {
      edited = undefined;
      message.endEdit(true);
    }
    kept(talk);
  },
  onEdit(question) {
    edited = question;
    message.edit(wordsOf(question.content));
    files.restore(filesOf(question.content));
  },
  onSettings() {
    byId('connect').open = true;
    form.focusMissing();
  },
  onEvents(answer) {
    events.clear();
    for (const { at, ...event } of withoutSecrets(answer.events, keys())) events.add(event, at);
    byId('events').open = true;
    events.flush();
    byId('events').scrollIntoView({ block: 'start' });
    byId('event-list').focus({ preventScroll: true });
  },
});

byId('anew').addEventListener('click', startAnew);
byId('copy').addEventListener('click', ({ currentTarget }) => copyText(currentTarget, code()));
byId('schema-example').addEventListener('click', fillSchema);
byId('examples').open = isRoomy();
byId('connect').open = isRoomy() || !isLocalSite(form.settings.lanes[0].url);
showSettings();
showTimings();
themeSwitch(byId('theme'));
shareButton(byId('share'), () => shareLink(form.settings, { defaults: { ...LANE, ...CALL }, secrets: keys() }));
// A link that is opened in this tab changes nothing but what stands behind the `#`.
addEventListener('hashchange', () => { if (isAddressed()) form.set(loadSettings()); });
addEventListener('pagehide', () => keepHalf(tabStorage(), talks.half() || (saving > 0 ? lastReply(talks.talk) : undefined), keys()));
offerEdge();
const shelf = keepTalks();
closeTalksBeside();

/** Whether there is room for more than the talk. */
function isRoomy() {
  return matchMedia('(min-width: 40rem) and (min-height: 34rem)').matches;
}

/** Offers relay, endpoint and stand-ins, unless the page is served without them. */
async function offerEdge() {
  const hasEdge = !IS_STATIC && await fetch(`${EDGE}health`).then((response) => response.ok, () => false);
  if (!hasEdge) form.withoutEdge();
}

/** The keys of the moment and those that were used, for whatever must not hold one. The stand-ins' opens nothing. */
function keys() {
  return [...new Set([...usedKeys, ...form.lanes().map(({ apiKey }) => apiKey)])].filter((key) => key !== '' && key !== STAND_IN_KEY);
}

function applySettings(settings) {
  // A key may have been pasted into the wrong field.
  saveSettings(withoutSecrets(settings, keys()));
  // From now on the settings are the visitor's, and a reload must not bring back those of the link.
  if (isAddressed()) history.replaceState(history.state, '', location.pathname);
  showSettings();
}

function showSettings() {
  const { lanes, tools, schema } = form.settings;
  const local = lanes.every((lane) => !isService(lane.provider) && (fieldsOf(lane).includes('url') ? isLocalSite(lane.url) : fieldsOf(lane).includes('way')));
  byId('hosted').hidden = !IS_STATIC;
  byId('local').hidden = !(local && lanes.some((lane) => fieldsOf(lane).includes('url')));
  showExamples(byId('example-groups'), { isLocal: local, hasTools: tools && lanes.some(({ provider }) => isService(provider)), hasSchema: schema !== '', hasStandIns: form.hasEdge }, choose);
  try {
    form.show();
    showCode();
  } catch (error) {
    // No WebAssembly: says so at once, and not only after the first message.
    byId('status').textContent = `${explained(error).title}. ${explained(error).hint}`;
  }
}

/** An example was chosen. If it needs settings of its own, those of the visitor, keys included, can be had back. */
function choose(prompt, settings) {
  if (isBusy()) return;
  if (settings) {
    const before = form.settings;
    const keysBefore = form.lanes().map(({ apiKey }) => apiKey);
    undoable(byId('toasts'), 'The settings are those of the example now.', {
      act: () => form.set(settings, settings.lanes.map(({ apiKey }) => apiKey)),
      undo: () => form.set(before, keysBefore),
    });
  }
  sendExample(prompt);
}

/** The code for the current settings, with a placeholder for each key. */
function code() {
  const lanes = form.lanes().map((lane) => ({ ...lane, apiKey: lane.apiKey && '…' }));
  return programFor(withoutSecrets({ ...form.settings, lanes }, keys()), withoutSecrets(lastContent, keys()));
}

function showCode() {
  byId('code').replaceChildren(...coloured(code()));
}

function showTimings(timings) {
  const list = byId('timings');
  const now = rows(timings);
  if (!list.firstChild) list.append(...now.flatMap(([name]) => [el('dt', {}, name), el('dd')]));
  const shown = list.querySelectorAll('dd');
  now.forEach(([, value], index) => {
    if (shown[index].textContent !== value) shown[index].textContent = value;
  });
}

function fillSchema() {
  byId('schema').value = schemaText();
  byId('schema').dispatchEvent(new Event('input', { bubbles: true }));
}

/** The talks of this browser, and their list in the head of the page. Which one is shown is remembered for a reload, by each tab for itself. */
async function keepTalks() {
  const store = await openStore({ secrets: keys });
  const panel = talksPanel({
    container: byId('talks'),
    toasts: byId('toasts'),
    isOpen: false,
    store,
    current: () => talks.talk.id,
    async onOpen(talk) {
      closeTalks();
      // It is shown: its reply goes on.
      if (talk.id === talks.talk.id) return;
      const late = gone.get(talk.id);
      gone.delete(talk.id);
      open(late ? await store.put(late) : talk);
    },
    onNew() {
      closeTalks();
      startAnew();
    },
    onGone(id) {
      gone.set(id, undefined);
      open(newTalk());
    },
    onRename(talk) {
      if (talk.id === talks.talk.id) talks.talk.title = talk.title;
    },
  });
  const before = tabStorage()?.getItem(SHOWN);
  const talk = before && talks.talk.turns.length === 0 ? await store.get(before) : undefined;
  if (talk && addHalf(tabStorage(), talk)) await store.put(talk);
  // Unless the visitor was quicker.
  if (talk && talks.talk.turns.length === 0) open(talk);
  return { store, panel };
}

/** Keeps a talk as it is now. */
async function kept(talk) {
  // One that was deleted while its reply was on its way does not come back by that.
  if (gone.has(talk.id)) {
    gone.set(talk.id, talk);
    return;
  }
  rememberShown(talks.talk);
  const { store, panel } = await shelf;
  saving += 1;
  const whole = await store.put(talk);
  saving -= 1;
  // What another tab has added to it.
  const own = new Set(talk.turns.map(({ id }) => id));
  const others = whole.turns.filter(({ id }) => !own.has(id));
  for (const turn of others) talk.turns.push(turn);
  if (others.length > 0 && talk === talks.talk) talks.refresh();
  // It was left while its reply was on its way, and opened again before that had ended.
  if (talk !== talks.talk && talk.id === talks.talk.id && !talks.isRunning) open(whole);
  panel.refresh();
}

function rememberShown({ id }) {
  try {
    tabStorage()?.setItem(SHOWN, id);
  } catch {
    // Storage is full or not allowed: a reload begins with a new talk.
  }
}

function closeTalks() {
  const list = byId('talks').querySelector('details');
  if (!list) return;
  // What is folded cannot have the focus.
  if (list.contains(document.activeElement)) list.querySelector('summary').focus({ preventScroll: true });
  list.open = false;
}

/** The list lies over the page, so it closes where one clicks beside it, and at Escape. */
function closeTalksBeside() {
  document.addEventListener('pointerdown', ({ target }) => {
    if (!byId('talks').contains(target) && !byId('toasts').contains(target)) closeTalks();
  });
  byId('talks').addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !byId('talks').contains(relatedTarget) && !byId('toasts').contains(relatedTarget)) closeTalks();
  });
  byId('talks').addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    closeTalks();
  });
}

function startAnew() {
  open(newTalk());
  message.status('A new talk.');
  message.focus();
}

function open(talk) {
  if (edited) files.clear();
  edited = undefined;
  message.endEdit();
  rememberShown(talk);
  talks.open(talk);
  message.running(false);
  message.status('');
  byId('intro').hidden = talk.turns.length > 0;
  byId('examples').open = byId('connect').open = talk.turns.length === 0 && isRoomy();
  events.clear();
  showTimings();
  if (talk.turns.length > 0) follow.start();
}

/** How many of the answers side by side have ended, and how. */
function endsInWords({ ends, count }) {
  const number = (how) => ends.filter((end) => end === how).length;
  return [
    `${ends.length} of ${count} answers ended`, ...['Failed', 'Stopped'].filter(number).map((how) => `${number(how)} ${how.toLowerCase()}`),
  ].join(', ');
}

/** Sends a message of the examples: what is in the field, its files and a rewording that was begun, stay for the next one. */
function sendExample(text) {
  if (isBusy()) return;
  if (edited) message.endEdit(true);
  edited = undefined;
  talks.send(text);
}

/** Whether nothing can be sent now; the visitor is told so. */
function isBusy() {
  const isSo = talks.isRunning || isPreparing;
  if (isSo) tellBusy();
  return isSo;
}

function tellBusy() {
  message.status('A reply is under way: stop it first, or wait for its end.');
}

/** Sends what is in the field. @param {string} text @returns {boolean} whether it could; else it stays there */
function send(text) {
  if (isBusy()) return false;
  sendWithFiles(text);
  return true;
}

async function sendWithFiles(text) {
  const question = edited;
  const { talk } = talks;
  edited = undefined;
  if (files.isReading()) {
    isPreparing = true;
    await files.ready();
    isPreparing = false;
    // Another talk was opened meanwhile.
    if (talks.talk !== talk) return void message.restore(text);
  }
  const parts = files.parts();
  files.clear();
  const content = parts.length === 0 ? text : [...parts, ...(text.trim() === '' ? [] : [{ type: 'text', text }])];
  if (question) talks.sendEdited(question, content);
  else talks.send(content);
}
