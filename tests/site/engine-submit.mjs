// AI Engine's `chats/submit`: one turn. The checks stand in the order of wire/README.md, A7.

import { ask, estimate, isAnswered, CUT, CUT_OF_WHOLE, DOWN } from './provider.mjs';
import { ENGINES, forbidden, uploadUrl, visitor } from './engine-shared.mjs';
import { refusalOf, midstreamOf } from './engine-errors.mjs';
import { hex, jsonEncode } from './php.mjs';
import { pause } from './answer.mjs';

const INSTRUCTIONS = 'Converse as if you were an AI assistant. Be friendly, creative.';
const REJECTED = 'Sorry, your query has been rejected.';
const BANNED = 'Your query has been rejected.';
const LIMIT = 'You have reached the limit (check the Insights Tab > Limits > Guests).';

const BOT = { model: 'stub-chat', maxMessages: 15, api: 'chat' };
const BOTS = {
  default: BOT,
  support: BOT,
  'chatbot-resp01': { ...BOT, api: 'responses' },
  'chatbot-img01': { ...BOT, api: 'images' },
};

export function submit(call) {
  const { site } = call;
  const version = ENGINES[site.options.engine];
  if (!call.request.headers['x-wp-nonce']) return forbidden(call);
  const params = call.params ?? {};
  if (Array.isArray(params.newMessage)) return call.criticalError();
  const shortcut = site.shortcuts.get(params.shortcutId);
  if (params.shortcutId && shortcut?.bot !== params.botId) return fail(call, 400, 'Invalid or expired shortcut.');
  // A shortcut beside a message is ignored (ai-engine-shortcut-with-message).
  const message = String(params.newMessage ?? '').trim() || (shortcut?.text ?? '');
  const ids = params.newFileIds ?? [params.newFileId ?? params.newImageId].filter(Boolean);
  const hasFile = ids.length > 0;
  // A dead id is not told by 3.6.2, which asks without the image; the older versions fail.
  if (site.options.engine !== '3.6.2' && ids.some((id) => !site.files.has(id))) return call.criticalError();
  if (!(params.botId || params.customId) || !(message || hasFile)) return fail(call, 403, REJECTED);

  const known = BOTS[params.botId] ?? (params.customId ? BOT : undefined);
  // From here on a stream is answered by events, though its Content-Type is still that of JSON.
  const refuse = (text) => (params.stream ? eventAsJson(call, text) : fail(call, 500, text));
  if (!known && version.unknownBot === 'refused') return refuse(REJECTED);
  // The plugin lays the whole request over the bot's settings: a stray key is not ignored (extra-key-model).
  const bot = { textInputMaxLength: site.options.maxLength, ...(known ?? BOT), ...params };
  if (version.hasLimit && [...message].length > bot.textInputMaxLength) return refuse(REJECTED);
  if (version.byteLimit && Buffer.byteLength(message) > 65_536) return refuse(REJECTED);

  visitor(call);
  if (!Array.isArray(params.messages ?? [])) return call.criticalError();
  const turn = { call, bot, message, stream: Boolean(params.stream), history: params.messages ?? [] };
  const error = objection(turn);
  if (error) return failTurn(turn, error);
  if (/\bTAKEOVER\b/.test(message)) {
    return { ...call.json(200, { ...body(turn, 'A human answers here.', null), ...call.freshNonce }), message };
  }
  if (bot.api === 'images') return images(turn);
  return { ...converse(turn), message };
}

/** One turn over the public API: no history, no stream, the bot's own limit. */
export function queryBot(call) {
  const { site } = call;
  const { botId, message, chatId } = call.params ?? {};
  if (!botId || !message) return fail(call, 500, 'The botId and message are required.');
  if ([...message].length > site.options.maxLength) return fail(call, 500, REJECTED);
  const id = visitor(call);
  const turn = { call, bot: BOTS[botId] ?? BOT, message, stream: false, history: [] };
  const error = objection(turn);
  if (error) return fail(call, 500, error);
  const messages = [{ role: 'system', content: INSTRUCTIONS }, { role: 'user', content: message }];
  const answered = answer({ ...turn, messages, outcome: ask(messages, { delay: 0, down: site.options.down }) });
  if (answered.status !== 200) return { ...answered, message };
  const { reply } = JSON.parse(answered.body[0]);
  return { ...call.json(200, { success: true, data: reply, extra: { actions: [], chatId: chatId ?? id } }), message };
}

function objection({ call: { site }, bot, message }) {
  if (bot.model !== BOT.model) return `The model '${bot.model}' is not available.`;
  if (site.options.bannedIp || /\bForbiddenWord\b/i.test(message)) return BANNED;
  if (site.options.limit || /\bOVERLIMIT\b/.test(message)) return LIMIT;
  return null;
}

function converse(turn) {
  const { call, bot, message, stream } = turn;
  // With a response id the provider holds the history and is sent the new message alone.
  const held = bot.api === 'responses' && String(bot.previousResponseId ?? '').startsWith('resp_');
  const history = held ? [] : reduce(turn.history, bot.maxMessages);
  const sent = [...history, { role: 'user', content: message }].map((item) => (
    { role: item?.role ?? null, content: String(item?.content ?? '') }));
  const messages = [{ role: 'system', content: INSTRUCTIONS }, ...sent];
  const outcome = ask(messages, { delay: call.site.options.delay, down: call.site.options.down });
  const run = { ...turn, messages, outcome };
  return stream ? call.stream(events(run), message) : answer(run);
}

/** The first message and the last ones (conversation-40-messages). */
function reduce(history, most) {
  return history.length > most + 1 ? [history[0], ...history.slice(-most)] : history;
}

async function* events(run) {
  const { outcome, bot, call } = run;
  if (outcome.end === 'refused') return yield event('error', refusalOf(run, true));
  if (outcome.end === 'down') return yield event('error', midstreamOf(run, DOWN));
  if (call.site.options.eventLogs) yield eventLog(run);
  let text = '';
  for (const piece of outcome.pieces) {
    await pause(outcome.pause);
    // A token that is one newline becomes a Markdown line break (stream-newlines).
    const shown = piece === '\n' ? '  \n' : piece;
    text += shown;
    yield event('live', shown);
  }
  if (outcome.end === 'cut') return yield event('error', midstreamOf(run, `cURL error 18: ${CUT}`));
  const usage = usageOf(run, text, outcome.end === 'stop' && bot.api === 'responses');
  const id = outcome.end === 'html' ? {} : responseId(run);
  yield event('end', jsonEncode({ ...body(run, text.trim(), usage), ...id, ...call.freshNonce }));
}

function answer(run) {
  const { outcome, call } = run;
  if (outcome.end === 'cut') return fail(call, 500, midstreamOf(run, CUT_OF_WHOLE));
  if (outcome.end === 'down') return fail(call, 500, midstreamOf(run, DOWN));
  if (outcome.end === 'html') return fail(call, 500, midstreamOf(run, 'No content received (res is null).'));
  if (!isAnswered(outcome)) return fail(call, 500, refusalOf(run, false));
  const text = outcome.pieces.join('').trim();
  return call.json(200, { ...body(run, text, usageOf(run, text, true)), ...responseId(run), ...call.freshNonce });
}

function body({ call: { site }, bot, message }, reply, usage) {
  const { engine } = site.options;
  if (engine === '2.0.9') return { success: true, reply, images: null, usage };
  const extras = /\bEXTRAS\b/.test(message) ? makeExtras(site, bot.botId) : { actions: [], shortcuts: [], blocks: [] };
  return { success: true, reply, images: null, ...extras, usage };
}

/** The shortcut is the bot's that offers it: another one does not know it (ai-engine-shortcut-other-bot). */
function makeExtras(site, bot) {
  const shortcutId = Buffer.from(hex(160), 'hex').toString('base64');
  site.shortcuts.set(shortcutId, { text: 'Please tell me more about it.', bot });
  const data = { label: 'Tell me more', variant: 'info', icon: null, className: null, shortcutId };
  return {
    actions: [{ type: 'function', data: { name: 'showAlert', args: { text: 'hi' } } }],
    shortcuts: [{ type: 'message', data }],
    blocks: [{ type: 'content', data: { html: '<p>A block</p>' } }],
  };
}

function images(turn) {
  const { call } = turn;
  const url = uploadUrl(call.site, hex(32));
  // The cookie goes out twice in this mode (images-mode-nonstream).
  visitor(call);
  const usage = { input_tokens: 5, output_tokens: 10, total_tokens: 15, queries: 1, accuracy: 'tokens' };
  const value = { ...body(turn, `![Image](${url})\n`, usage), images: [url], ...call.freshNonce };
  if (!turn.stream) return call.json(200, value);
  return { ...call.json(200, value), body: [event('end', jsonEncode(value))] };
}

/** @param {boolean} counted the provider gave its own count; else the plugin guesses */
function usageOf({ call: { site }, messages, outcome, bot, stream }, text, counted) {
  const { engine } = site.options;
  const { prompt, completion } = engine === '3.6.2' && stream && !counted
    ? { prompt: estimate(messages.slice(1).map(({ content }) => content).join('')), completion: estimate(text.trim()) }
    : oldUsage(engine, { outcome, text, stream });
  const tokens = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  if (engine !== '3.6.2') return tokens;
  const accuracy = bot.api === 'responses' && counted ? 'tokens' : 'estimated';
  return { ...tokens, price: null, queries: 1, accuracy };
}

/** How the old versions guessed: words and blanks (2.0.9), four tokens for three words (2.5.3). */
function oldUsage(engine, { outcome, text, stream }) {
  if (engine === '2.0.9' && stream) return { prompt: 0, completion: text.match(/\s+|\S+/g)?.length ?? 0 };
  if (engine !== '2.5.3' || !stream || isAnswered(outcome)) return outcome.usage;
  const words = (given) => Math.ceil((given.match(/\S+/g)?.length ?? 0) * 4 / 3);
  return { prompt: words(outcome.said), completion: words(text) };
}

function responseId({ call: { site }, bot }) {
  if (site.options.engine !== '3.6.2') return {};
  return { responseId: bot.api === 'responses' ? 'resp_stub0000000000000001' : 'chatcmpl-stub0001' };
}

function eventLog({ call: { site }, bot }) {
  const chat = bot.api === 'chat';
  const note = {
    type: 'live',
    data: chat ? 'Starting stream...' : 'Generating response...',
    timestamp: site.clock.now() / 1000,
    subtype: 'status',
    visibility: 'collapsed',
    ...(chat && { metadata: { model: BOT.model, id: 'chatcmpl-stub0001' } }),
  };
  return `data: ${jsonEncode(note)}\n\n`;
}

const event = (type, data) => `data: ${jsonEncode({ type, data })}\n\n`;

function eventAsJson(call, text) {
  return { ...call.json(200, null), body: [event('error', text)] };
}

function fail(call, status, message) {
  return call.json(status, { success: false, message, ...call.freshNonce });
}

function failTurn({ call, stream }, text) {
  return stream ? call.stream([event('error', text)]) : fail(call, 500, text);
}
