// The page: connects what the visitor does with the conversation, and the conversation with what is shown.

import { announcer } from './announcer.js';
import { Chat } from './chat.js';
import { coloured, fiveLines } from './code.js';
import { composer } from './composer.js';
import { byId, eachFrame, el } from './dom.js';
import { inWords } from './errors.js';
import { eventLog } from './events.js';
import { showExamples } from './examples.js';
import { callOptions, EDGE, makeProvider, modelsOf, PROVIDERS, talkKey, WAYS } from './providers.js';
import { fillForm, loadSettings, readForm, saveSettings } from './settings.js';
import { rows, summary, Timings } from './timings.js';
import { addTurn, copyText } from './turns.js';

const form = byId('settings');
const chat = new Chat();
const events = eventLog(byId('event-list'), byId('event-count'));
const voice = announcer(byId('announcer'));
const message = composer({ send, stop: () => chat.stop() });
const follow = follower();
let settings = loadSettings();
/** Counts conversations: a reply that outlives its own is not shown in the next. */
let talk = 0;
let lastPrompt = 'Hello! How are you?';

form.elements.provider.append(...Object.entries(PROVIDERS).map(([value, title]) => el('option', { value }, title)));
if (!Object.hasOwn(PROVIDERS, settings.provider)) settings.provider = 'Chatgpt4Online';
if (!Object.hasOwn(WAYS, settings.way)) settings.way = 'direct';
fillForm(form, settings);
form.addEventListener('input', adopt);
form.addEventListener('submit', (event) => event.preventDefault());
byId('anew').addEventListener('click', startAnew);
byId('copy').addEventListener('click', ({ currentTarget }) => copyText(currentTarget, fiveLines(settings, lastPrompt)));
byId('examples').open = matchMedia('(min-width: 40rem) and (min-height: 34rem)').matches;
showSettings();
showTimings();
offerEdge();

/** Where the page is served alone there is no edge to go through. */
async function offerEdge() {
  const isThere = await fetch(`${EDGE}health`).then((response) => response.ok, () => false);
  form.elements.way.closest('label').hidden = !isThere;
  if (isThere || settings.way === 'direct') return;
  form.elements.way.value = 'direct';
  adopt();
}

function adopt() {
  const before = settings;
  settings = readForm(form);
  saveSettings(settings);
  if (talkKey(settings) !== talkKey(before)) chat.moved();
  showSettings();
}

function showSettings() {
  const isLocal = settings.url.replace(/\/+$/, '') === location.origin;
  byId('local').hidden = !isLocal;
  form.elements.proxy.disabled = settings.way === 'relay';
  byId('way-told').textContent = WAYS[settings.way];
  byId('way-told').hidden = settings.way === 'direct';
  showExamples(byId('example-groups'), isLocal, send);
  showModels();
  showCode();
}

function showModels() {
  try {
    const { models, standard } = modelsOf(settings.provider);
    form.querySelector('[data-field=model]').hidden = models.length === 0;
    form.elements.model.placeholder = standard;
    byId('models').replaceChildren(...models.map((value) => el('option', { value })));
  } catch (error) {
    // No WebAssembly: told at once, not only when somebody has written a message.
    byId('status').textContent = `${inWords(error).title}. ${inWords(error).hint}`;
  }
}

function showCode() {
  byId('code').replaceChildren(...coloured(fiveLines(settings, lastPrompt)));
}

function showTimings(timings) {
  byId('timings').replaceChildren(...rows(timings).flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
}

function startAnew() {
  chat.clear();
  talk += 1;
  byId('log').replaceChildren();
  byId('intro').hidden = false;
  byId('examples').open = true;
  events.clear();
  showTimings();
  message.status('A new conversation.');
  message.focus();
}

async function send(prompt) {
  if (chat.isRunning || prompt.trim() === '') return;
  lastPrompt = prompt;
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
    timings,
    isMarkdown: settings.markdown,
    onDraw: follow.on,
    onAgain: () => send(prompt),
  });
  follow.start();

  const ours = talk;
  const onEvent = (event) => {
    if (ours !== talk) return;
    const at = timings.now();
    events.add(event, at);
    if (event.type === 'text') {
      if (timings.first === undefined) message.status('Receiving');
      timings.piece(event.text, at);
      turn.piece(event.text);
      voice.add(event.text);
      figures.ask();
    } else if (event.type === 'replace') turn.replace(event.text);
    else if (event.type === 'warning') turn.note(event.message);
    else if (event.type === 'image') turn.note(`an image: ${event.url}`);
  };
  const mine = settings;
  const { error, stopped } = await chat.send(prompt, () => makeProvider(mine), callOptions(mine), onEvent);

  message.running(false);
  if (ours !== talk) return;
  timings.finish();
  if (error !== undefined) events.error(stopped ? 'signal.reason' : `${error.code ?? error.name}`, timings.elapsed);
  turn.finish({ error, stopped });
  voice.finish(stopped ? 'Stopped.' : '');
  figures.flush();
  follow.on();
  message.status(`${stopped ? 'Stopped' : error !== undefined ? 'Failed' : 'Done'}: ${summary(timings)}`);
}

/** Scrolls along with the reply, unless the reader has scrolled away from its end. */
function follower() {
  const end = byId('end');
  let wasAtEnd = true;
  const isAtEnd = () => end.getBoundingClientRect().top <= byId('dock').getBoundingClientRect().top + 60;
  const watch = () => { wasAtEnd = isAtEnd(); };
  for (const type of ['wheel', 'touchmove', 'keyup']) addEventListener(type, watch, { passive: true });
  const on = () => {
    if (wasAtEnd) end.scrollIntoView({ block: 'nearest' });
  };
  const start = () => {
    wasAtEnd = true;
    on();
  };
  return { start, on };
}
