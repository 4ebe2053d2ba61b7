// AI Power, the classic protocol (plugin 1.x to 2.2): one action, and the bot decides between JSON and stream.

import { pause } from './answer.mjs';
import { ask, CUT_OF_WHOLE, DOWN } from './provider.mjs';
import { CRITICAL_ERROR, escapeHtml, jsonEncode } from './php.mjs';

export const POWERS = {
  '1.9.18': { model: 'gpt-4o-mini', expired: 403, jsonAfterStream: false, checksFiles: true, page: 5 },
  '1.8.79': { model: 'gpt-3.5-turbo', expired: 200, jsonAfterStream: true, checksFiles: false, page: 4 },
};

export const POWER_NONCE = 'wpaicg-chatbox';

/** Posts of the site: bots are posts too, and a page taken for a bot is one without settings, so it answers JSON. */
const TITLES = { 4: 'Chat', 5: 'Chat', 8: 'Chat bot', 10: 'Chat widget' };
const STREAMING_BOTS = new Set(['7']);
const JSON_BOTS = new Set(['4', '5', '6', '8', '10']);

const GREETING = 'Converse as if you were an AI assistant. Answer the question as truthfully as possible using the '
  + 'provided context. Tone: Friendly.\n';
const NOTHING = 'It appears that nothing was inputted.';
const WRONG_FILE = 'File type is not allowed. Only PNG, JPEG, WEBP, and non-animated GIF are supported.';
const LIMIT = { msg: 'You have reached your token limit.', tokenLimitReached: true };
const BANS = {
  word: ['Your message contains prohibited words. Please modify your message and try again.', 'messageFlagged'],
  ip: ['You are not allowed to access this feature.', 'ipBanned'],
};

export function powerActions(site) {
  if (!POWERS[site.options.power]) return {};
  const action = { kind: 'chat', serve: answer };
  return { wpaicg_chat_shortcode_message: action, wpaicg_chatbox_message: action };
}

function answer(call) {
  const { site, fields } = call;
  const version = POWERS[site.options.power];
  if (!site.nonces.verify(fields.get('_wpnonce') ?? '', POWER_NONCE)) return refuseNonce(call, version);
  const message = String(fields.get('message') ?? '').trim();
  if (!message) return call.json(200, { status: 'error', msg: NOTHING });
  const turn = { call, version, message, greeting: greeting(fields.get('post_id')), ban: banOf(site, message) };
  if (hasForeignFile(version, fields.get('image'))) return { ...call.html(200, WRONG_FILE), message };
  const answered = streams(site, fields.get('bot_id') ?? '0') ? stream(turn) : json(turn);
  return { ...answered, message };
}

/** Whether the field `image` is no image that the plugin takes. 1.8.79 takes anything. It is looked at after the message. */
const hasForeignFile = ({ checksFiles }, file) => (
  checksFiles && file instanceof File && !/^image\/(png|jpeg|webp|gif)$/.test(file.type));

function refuseNonce(call, { expired }) {
  if (expired === 403) return call.html(403, 'The link you followed has expired.');
  return call.json(200, { status: 'error', msg: 'Nonce verification failed' });
}

function streams(site, bot) {
  if (STREAMING_BOTS.has(bot)) return true;
  return !JSON_BOTS.has(bot) && site.options.powerStream;
}

function greeting(post) {
  const title = TITLES[post];
  return GREETING + (title ? `, Current context: "${title}"` : '');
}

function banOf(site, message) {
  if (site.options.bannedIp) return BANS.ip;
  return /\bForbiddenWord\b/i.test(message) ? BANS.word : null;
}

const limited = ({ call: { site }, message }) => site.options.limit || /\bOVERLIMIT\b/.test(message);

function think(turn) {
  const { call: { site, fields }, message } = turn;
  const history = readHistory(fields.get('wpaicg_chat_history'));
  const messages = [{ role: 'user', content: turn.greeting }, ...history, { role: 'user', content: message }];
  return ask(messages, { delay: site.options.delay, down: site.options.down });
}

/**
 * The server deletes every backslash before it decodes, so a text with a double quote breaks the whole history, and it
 * is dropped without a word (history-with-quotes).
 */
function readHistory(raw) {
  try {
    const items = JSON.parse(String(raw ?? '[]').replaceAll('\\', ''));
    return items.map((item) => String(item.text ?? item)).map((text) => {
      const role = text.startsWith('Human:') ? 'user' : 'assistant';
      return { role, content: text.replace(/^(Human|AI): ?/, '') };
    });
  } catch {
    return [];
  }
}

function json(turn) {
  const { call, greeting: text } = turn;
  if (turn.ban) return call.json(200, { status: 'error', msg: turn.ban[0] });
  if (limited(turn)) return call.json(200, LIMIT);
  const outcome = think(turn);
  const log = nextLog(call.site);
  const fault = faultOf(outcome);
  if (fault !== null) return call.json(200, { status: 'error', msg: escapeHtml(fault), greeting_message: text, log });
  return call.json(200, success(text, outcome.end === 'html' ? '' : outcome.pieces.join(''), log));
}

const success = (greeting, data, log) => (
  { status: 'success', msg: 'Something went wrong', greeting_message: greeting, data, log });

function faultOf({ end, error }) {
  if (end === 'down') return DOWN;
  if (end === 'cut') return CUT_OF_WHOLE;
  return end === 'refused' || end === 'error' ? error.message : null;
}

function nextLog(site) {
  return site.options.powerLogs ? (site.logged += 1) : false;
}

function stream(turn) {
  return turn.call.stream(events(turn), turn.message);
}

async function* events(turn) {
  const { call, version } = turn;
  // A flaw of the plugin: it reports the ban, and then answers all the same.
  if (turn.ban) yield data({ msg: turn.ban[0], [turn.ban[1]]: true });
  if (limited(turn)) return yield data(LIMIT);
  const outcome = think(turn);
  if (outcome.end === 'down') return;
  if (outcome.end === 'html') return yield `${outcome.html}`;
  if (outcome.end === 'refused') {
    // The server repeats the call, so its error comes twice.
    yield* words(outcome.error.message);
    yield* words(outcome.error.message);
  } else {
    yield* passThrough(outcome, version.model);
    // A flaw of the plugin, behind the end of the answer.
    if (call.fields.get('image') instanceof File) yield CRITICAL_ERROR;
  }
  if (version.jsonAfterStream && outcome.end !== 'cut') {
    yield jsonEncode(success(turn.greeting, outcome.pieces.join(''), nextLog(call.site)));
  }
}

/** The provider's own chunks. */
async function* passThrough(outcome, model) {
  const chunk = (delta, reason) => data({
    id: 'chatcmpl-stub0001', object: 'chat.completion.chunk', created: 1_700_000_000, model,
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  yield chunk({ role: 'assistant', content: '' }, null);
  for (const content of outcome.pieces) {
    await pause(outcome.pause);
    yield chunk({ content }, null);
  }
  if (outcome.end === 'cut') return;
  if (outcome.end === 'error') return yield data({ error: outcome.error });
  yield chunk({}, outcome.end);
  yield 'data: [DONE]\n\n';
}

/** An error as if it were the answer, put into JSON by hand: quotes and line breaks are not escaped. */
function* words(text) {
  for (const [at, word] of text.split(' ').entries()) {
    yield `event: message\ndata: {"choices":[{"delta":{"content":"${at ? ' ' : ''}${word}"}}]}\n\n`;
  }
  yield data({ choices: [{ finish_reason: 'stop' }] });
}

const data = (value) => `data: ${JSON.stringify(value)}\n\n`;
