// The page: connects the controls with the conversation, and the conversation with what is shown.

import { announcer } from './page/announcer.js';
import { Chat } from './talk/chat.js';
import { coloured, fiveLines } from './panels/code.js';
import { composer } from './talk/composer.js';
import { copyText } from './page/copy.js';
import { byId, el } from './page/dom.js';
import { explained } from './talk/errors.js';
import { eventLog } from './panels/events.js';
import { showExamples } from './talk/examples.js';
import { eachFrame } from './page/frames.js';
import {
  callOptions, CONNECTIONS, connectionInWords, defaultUrl, EDGE, fieldsOf, GROUPS, isService, kindOf, LOCAL_PAGES, makeProvider, modelsOf,
  PROVIDERS, serviceKey,
} from './settings/providers.js';
import { DEFAULTS, fillForm, loadSettings, readForm, saveSettings } from './settings/settings.js';
import { rows, summary, Timings } from './panels/timings.js';
import { addTurn } from './talk/turns.js';

const form = byId('settings');
const chat = new Chat();
const events = eventLog(byId('events'), byId('event-list'), byId('event-count'));
const voice = announcer(byId('announcer'));
const message = composer({ send, stop: () => chat.stop() });
const follow = follower();
let settings = loadSettings();
let hasEdge = true;
/** Counts conversations: a reply of an earlier one must not be shown in the next. */
let conversation = 0;
let lastPrompt = 'Hello! How are you?';

form.elements.provider.append(...Object.entries(GROUPS).map(([kind, label]) => choices(label, kind)));
if (!Object.hasOwn(PROVIDERS, settings.provider)) settings.provider = DEFAULTS.provider;
if (!Object.hasOwn(CONNECTIONS, settings.way)) settings.way = 'direct';
fillForm(form, settings);
form.addEventListener('input', applySettings);
form.addEventListener('submit', (event) => event.preventDefault());
byId('anew').addEventListener('click', startAnew);
byId('copy').addEventListener('click', ({ currentTarget }) => copyText(currentTarget, code()));
byId('examples').open = isRoomy();
byId('more').open = isService(settings.provider);
byId('connect').open = isRoomy() || !isLocalSite(settings.url);
showSettings();
showTimings();
offerEdge();

/** Whether there is room for more than the talk. */
function isRoomy() {
  return matchMedia('(min-width: 40rem) and (min-height: 34rem)').matches;
}

function choices(label, kind) {
  const names = Object.keys(PROVIDERS).filter((name) => kindOf(name) === kind);
  return el('optgroup', { label }, ...names.map((value) => el('option', { value }, PROVIDERS[value].title)));
}

/** Offers relay and endpoint, unless the page is served without them. */
async function offerEdge() {
  hasEdge = await fetch(`${EDGE}health`).then((response) => response.ok, () => false);
  if (!hasEdge && settings.way !== 'direct') {
    form.elements.way.value = 'direct';
    applySettings();
  } else showSettings();
}

function applySettings() {
  const before = settings;
  if (form.elements.provider.value !== before.provider) leaveProvider();
  settings = readForm(form);
  saveSettings(settings);
  if (serviceKey(settings) !== serviceKey(before)) chat.changeService();
  showSettings();
}

/** Empties key, address and model, which belong to one provider and must not go to the next. */
function leaveProvider() {
  for (const field of [byId('api-key'), form.elements.baseUrl, form.elements.model]) field.value = '';
  const { page, provider, url } = form.elements;
  const pageOf = (name) => LOCAL_PAGES[name] ?? '';
  // Knows the local site's pages; what the visitor wrote stays.
  if (isLocalSite(url.value) && page.value.trim() === pageOf(settings.provider)) page.value = pageOf(provider.value);
  // Opens the settings of a service, which needs at least a model.
  byId('more').open ||= isService(form.elements.provider.value);
}

function showSettings() {
  const fields = fieldsOf(settings);
  for (const field of form.querySelectorAll('[data-field]')) field.hidden = !fields.includes(field.dataset.field);
  form.querySelector('[data-field=way]').hidden ||= !hasEdge;
  const isNamed = fields.includes('url');
  // The endpoint asks the local site.
  const isLocal = isNamed ? isLocalSite(settings.url) : fields.includes('way');
  byId('local').hidden = !(isLocal && isNamed);
  byId('connection-explained').textContent = CONNECTIONS[settings.way];
  byId('connection-explained').hidden = settings.way === 'direct' || !fields.includes('way');
  showExamples(byId('example-groups'), isLocal, send);
  showProvider();
  showCode();
}

/** Whether an address is the site that serves this page. */
function isLocalSite(url) {
  return url.trim().replace(/\/+$/, '') === location.origin;
}

function showProvider() {
  try {
    const { models, standard } = modelsOf(settings.provider);
    form.elements.model.placeholder = standard;
    byId('models').replaceChildren(...models.map((value) => el('option', { value })));
    form.elements.baseUrl.placeholder = defaultUrl(settings.provider);
    byId('connected').textContent = connectionInWords(settings);
    byId('key-explained').textContent = whereKeyGoes(settings.baseUrl || form.elements.baseUrl.placeholder);
  } catch (error) {
    // No WebAssembly: says so at once, and not only after the first message.
    byId('status').textContent = `${explained(error).title}. ${explained(error).hint}`;
  }
}

function whereKeyGoes(address) {
  const target = URL.canParse(address) ? new URL(address).origin : 'the address above';
  return `Kept in this page’s memory alone, in no storage and in no address: a reload forgets it. It is sent to ${target} and nowhere else.`;
}

/** The code for the current settings, with a placeholder for the key. */
function code() {
  return fiveLines({ ...settings, apiKey: byId('api-key').value && '…' }, lastPrompt);
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

function startAnew() {
  chat.clear();
  conversation += 1;
  byId('log').replaceChildren();
  byId('intro').hidden = false;
  byId('examples').open = byId('connect').open = isRoomy();
  events.clear();
  showTimings();
  message.status('A new conversation.');
  message.focus();
}

async function send(prompt) {
  if (chat.isRunning || prompt.trim() === '') return;
  lastPrompt = prompt;
  // The first message: from now on the room is for the talk. What the visitor opens again stays open.
  if (!byId('intro').hidden) byId('connect').open = false;
  byId('intro').hidden = true;
  byId('examples').open = false;
  showCode();
  events.clear();
  message.running(true);
  message.status(`Waiting for ${settings.provider}`);

  const timings = new Timings();
  const figures = eachFrame(() => showTimings(timings));
  const turn = addTurn(byId('log'), {
    prompt,
    provider: settings.provider,
    isMarkdown: settings.markdown,
    follow,
    onAgain: () => send(prompt),
  });
  follow.start();

  const ownConversation = conversation;
  const onEvent = (event) => {
    if (ownConversation !== conversation) return undefined;
    const at = timings.now();
    events.add(event, at);
    if (event.type === 'text') {
      if (timings.first === undefined) message.status('Receiving');
      timings.piece(event.text, at);
      voice.add(event.text);
      figures.ask();
    } else if (event.type === 'reasoning') {
      if (timings.first === undefined) message.status('Thinking');
      timings.reasoning(at);
    } else if (event.type === 'tool-call' && event.done) voice.add(`Call of ${event.name}.\n`);
    turn.event(event, at);
    return turn.room();
  };
  const current = { ...settings, apiKey: byId('api-key').value.trim() };
  const { error, stopped } = await chat.send(prompt, () => makeProvider(current), callOptions(current), onEvent);

  message.running(false);
  if (ownConversation !== conversation) return;
  timings.finish();
  if (error !== undefined) events.error(stopped ? 'signal.reason' : `${error.code ?? error.name}`, timings.elapsed);
  events.flush();
  voice.finish(stopped ? 'Stopped.' : '');
  figures.flush();
  await turn.finish({ error, stopped, timings });
  if (ownConversation !== conversation) return;
  message.status(`${stopped ? 'Stopped' : error !== undefined ? 'Failed' : 'Done'}: ${summary(timings)}`);
}

/** Scrolls along with the reply, as long as the visitor has not scrolled away from its end. */
function follower() {
  const end = byId('end');
  let isFollowing = true;
  return {
    start() {
      isFollowing = true;
      end.scrollIntoView({ block: 'nearest' });
    },
    read() {
      isFollowing = end.getBoundingClientRect().top <= byId('dock').getBoundingClientRect().top + 60;
    },
    scroll() {
      if (isFollowing) end.scrollIntoView({ block: 'nearest' });
    },
  };
}
