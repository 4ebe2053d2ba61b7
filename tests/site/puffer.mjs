// AI Puffer (AIPKit, plugin 2.3 and later): a nonce, the message stored under a key, then the stream for that key.

import { jsonEncodeUnicode, password, uniqid, escapeHtml } from './php.mjs';
import { ask, CUT, DOWN } from './provider.mjs';
import { pause } from './answer.mjs';

export const PUFFER_NONCE = 'aipkit_frontend_chat_nonce';
export const PUFFER_BOT = 5;
const KEY_LIFE = 60_000;
const RESPONSE_ID = 'resp_stub0000000000000001';
const PREAMBLE = `:${' '.repeat(4096)}\n\n`;
/** How the plugin says that a reply ended at the limit of tokens. */
export const INCOMPLETE = ' (Incomplete: max_output_tokens)';
const FOREIGN = 'This domain is not permitted to access the chatbot.';
const QUOTA = 'You have reached your quota for this period.';
const EXPIRED = 'Your session has expired or the request is invalid. Please refresh the page and try again.';

export function pufferActions(site) {
  if (site.options.puffer !== '2.4.71') return {};
  return {
    aipkit_get_frontend_chat_nonce: { kind: 'nonce', serve: giveNonce },
    aipkit_cache_sse_message: { kind: 'store', serve: store },
    aipkit_frontend_chat_stream: { kind: 'chat', serve: stream },
    aipkit_get_conversation_history: { kind: 'other', serve: history },
  };
}

const success = (call, data) => call.json(200, { success: true, data });
const refuse = (call, status, code, message) => call.json(status, { success: false, data: { message, code } });
const hasNonce = ({ site, fields }) => site.nonces.verify(fields.get('_ajax_nonce') ?? '', PUFFER_NONCE) > 0;

function giveNonce(call) {
  if (call.isForeign && call.fields.get('bot_id')) return refuse(call, 403, 'cors_denied', FOREIGN);
  return success(call, { nonce: call.site.nonces.make(PUFFER_NONCE) });
}

function store(call) {
  const { site, fields } = call;
  if (call.isForeign) {
    return refuse(call, 403, 'embed_not_available', 'Embed feature is not available with your current plan.');
  }
  if (!hasNonce(call)) return refuse(call, 403, 'nonce_failure_cache_sse', EXPIRED);
  const message = String(fields.get('message') ?? '').trim();
  if (!message && !fields.get('image_inputs')) {
    return refuse(call, 400, 'empty_data_to_cache', 'Data to cache (message or image) cannot be empty.');
  }
  const wrong = imageFault(fields.get('image_inputs'));
  if (wrong) return refuse(call, 400, ...wrong);
  const key = `aipkit_sse_${password(32)}`;
  const id = fields.get('user_client_message_id') ?? `aipkit-client-msg-${uniqid(site.clock.now())}`;
  site.stored.set(key, { message, id, until: site.clock.now() + KEY_LIFE });
  return success(call, { cache_key: key });
}

const PICTURES = ['image/jpeg', 'image/png', 'image/webp'];

/** Code and text of the refusal of images, in the plugin's order (ai-puffer-image*). */
function imageFault(inputs) {
  if (inputs === undefined) return undefined;
  let images;
  try {
    images = JSON.parse(inputs);
  } catch {
    images = [];
  }
  if (images.length > 4) return ['too_many_images', 'Too many images uploaded. Max images: 4.'];
  if (images.length === 0) return ['invalid_image_payload', 'Invalid image data.'];
  const isWrong = ({ mime_type: type }) => !PICTURES.includes(type);
  return images.some(isWrong) ? ['invalid_image_type', 'Invalid image type. Allowed: JPG, PNG, WEBP.'] : undefined;
}

function stream(call) {
  const type = 'text/event-stream; charset=utf-8';
  const caching = [['Cache-Control', 'no-cache, no-store, must-revalidate, max-age=0, no-transform'],
    ['Pragma', 'no-cache']];
  const turn = take(call);
  return call.stream(events(call, turn), turn.message, type, caching);
}

/** The checks, in the plugin's order; what is refused comes back as `error`. */
function take(call) {
  const { site, fields } = call;
  if (call.isForeign) return { error: FOREIGN };
  if (!hasNonce(call)) return { error: 'Security check failed. Please refresh the page and try again.' };
  const key = fields.get('cache_key');
  if (!key) return { error: 'Message cache key is missing.' };
  const stored = site.stored.get(key);
  site.stored.delete(key);
  if (!stored) return { error: 'Message not found in cache.' };
  const { message, id, until } = stored;
  if (site.clock.now() > until) return { error: 'Cached message has expired.', message };
  if (fields.get('bot_id') !== String(PUFFER_BOT)) return { error: 'Invalid chatbot specified.', message };
  if (!fields.get('conversation_uuid')) return { error: 'Conversation ID is missing.', message };
  if (!fields.get('session_id')) return { error: 'Session ID is missing for guest.', message };
  if (site.options.bannedIp) return { error: 'Access from your IP address has been blocked.', message };
  if (/\bForbiddenWord\b/i.test(message)) {
    return { error: 'Sorry, your message could not be sent as it contains prohibited words.', message };
  }
  if (site.options.limit || /\bOVERLIMIT\b/.test(message)) {
    return { error: QUOTA, quota_notice: { type: 'quota_notice', message: QUOTA, actions: [] }, message };
  }
  return { message, id };
}

async function* events(call, turn) {
  yield PREAMBLE;
  if (turn.error) {
    const { message, ...error } = turn;
    yield failure(call, error);
    return yield event('done', { finished: true });
  }
  yield* converse(call, turn);
}

async function* converse(call, { message, id }) {
  const { site } = call;
  const talk = site.talks.open(call.fields);
  const messages = [instructions(site.clock), ...talk.map(({ role, content }) => ({ role, content })),
    { role: 'user', content: message }];
  const outcome = ask(messages, { delay: site.options.delay, down: site.options.down });
  const messageId = `aipkit-msg-${uniqid(site.clock.now())}.${String(Math.random()).slice(2, 10).padEnd(8, '0')}`;
  yield event('message_start', { message_id: messageId });
  if (outcome.end === 'refused') return yield failure(call, { error: `API Error: ${wording(outcome.error)}` });
  if (outcome.end === 'html') return yield failure(call, { error: `API Error: ${outcome.html}` });
  if (outcome.end === 'down') return yield failure(call, { error: `Connection Error: ${DOWN}` });
  for (const type of ['response.created', 'response.in_progress']) {
    yield event('status', { type, status: 'in_progress', response_id: RESPONSE_ID });
  }
  for (const delta of outcome.pieces) {
    await pause(outcome.pause);
    yield `data: ${jsonEncodeUnicode({ delta })}\n\n`;
  }
  if (outcome.end === 'error') return yield failure(call, { error: outcome.error.message });
  if (outcome.end === 'cut') return yield failure(call, { error: `Connection Error: ${CUT}` });
  talk.push(
    { role: 'user', content: message, id, time: site.clock.seconds() },
    { role: 'assistant', content: outcome.pieces.join(''), id: messageId.replace('.', ''), time: site.clock.seconds(),
      usage: outcome.usage, sent: messages },
  );
  yield event('openai_response_id', { id: RESPONSE_ID });
  if (outcome.end === 'length') yield warning(call, { error: INCOMPLETE });
  yield event('done', { finished: true });
}

export function instructions(clock) {
  const date = new Date(clock.now()).toLocaleDateString('en-US', { dateStyle: 'long', timeZone: 'UTC' });
  return { role: 'system', content: `You are a helpful AI Assistant. Please be friendly. Today's date is ${date}.` };
}

export const wording = ({ message, code }) => message + (code ? ` (Code: ${code})` : '');

export const usageOf = ({ prompt, completion }) => {
  const counts = { input_tokens: prompt, output_tokens: completion, total_tokens: prompt + completion };
  return {
    ...counts,
    provider_raw: {
      input_tokens: prompt, input_tokens_details: { cached_tokens: 0 },
      output_tokens: completion, output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: prompt + completion,
    },
  };
};

const event = (name, data) => `event: ${name}\ndata: ${jsonEncodeUnicode(data)}\n\n`;
const numbered = (name) => (call, data) => (
  `event: ${name}\nid: err-${call.site.clock.seconds()}\ndata: ${jsonEncodeUnicode(data)}\n\n`);
const failure = numbered('error');
const warning = numbered('warning');

/** Conversations, kept under bot, session and conversation: the client sends no history. */
export class Talks {
  #all = new Map();

  open(fields) {
    const key = ['bot_id', 'session_id', 'conversation_uuid'].map((name) => fields.get(name)).join('|');
    if (!this.#all.has(key)) this.#all.set(key, []);
    return this.#all.get(key);
  }
}

function history(call) {
  if (!hasNonce(call)) return refuse(call, 403, 'nonce_failure', EXPIRED);
  return success(call, { history: call.site.talks.open(call.fields).map(describe) });
}

function describe({ role, content, id, time, usage, sent }) {
  const isUser = role === 'user';
  const common = { message_id: id, role: isUser ? 'user' : 'bot', content: escapeText(content), timestamp: time };
  if (isUser) return common;
  const input = sent.map((message) => (message.role === 'assistant'
    ? { ...message, content: escapeText(message.content) } : message));
  const payload = {
    model: 'gpt-4o-mini', input, stream: true, store: false, temperature: 1, max_output_tokens: 4000, top_p: 1,
  };
  return {
    ...common, provider: 'OpenAI', model: 'gpt-4o-mini', usage: usageOf(usage),
    request_payload: { provider: 'OpenAI', model: 'gpt-4o-mini', payload_sent: payload },
    openai_response_id: RESPONSE_ID,
  };
}

/** `wp_kses_post()`: known tags and quotes stay, a lone ampersand does not. */
const escapeText = (text) => text.replace(/&(?!\w+;)/g, escapeHtml);
