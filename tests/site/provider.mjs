// The AI provider behind the plugins: a stub in the place of OpenAI, which answers, refuses and breaks on request.

import { replyTo, pieces } from './replies.mjs';

const HTML = '<html><head><title>502 Bad Gateway</title></head><body>bad gateway</body></html>';

const REFUSALS = {
  ERR_400: [400, "This model's maximum context length is 8192 tokens.", 'invalid_request_error', 'messages',
    'context_length_exceeded'],
  ERR_401: [401, 'Incorrect API key provided: stub-key. You can find your API key at '
    + 'https://example.test/account/api-keys.', 'invalid_request_error', null, 'invalid_api_key'],
  ERR_429: [429, 'Rate limit reached for stub-chat on requests per min (RPM): Limit 3, Used 3, Requested 1.',
    'requests', null, 'rate_limit_exceeded'],
  ERR_500: [500, 'The server had an error while processing your request. Sorry about that!',
    'server_error', null, null],
  ERR_QUOTE: [404, 'The model "stub-x" does not exist\nor you do not have access to it.',
    'invalid_request_error', null, 'model_not_found'],
};

export const CUT = 'transfer closed with outstanding read data remaining';
/** The same where the answer has a length, as one in one piece has. */
export const CUT_OF_WHOLE = 'cURL error 18: transfer closed with 366 bytes remaining to read';
export const DOWN = "cURL error 7: Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server";

/** Whether the provider gave a reply that stands, be it at its limit of tokens. */
export const isAnswered = ({ end }) => end === 'stop' || end === 'length';

/** @typedef {{ message: string, type: string, param: string | null, code: string | null }} ProviderError */
/**
 * @typedef {object} Outcome how a call of the provider went
 * @property {string} said the user's new message
 * @property {'stop' | 'length' | 'error' | 'cut' | 'refused' | 'html' | 'down'} end
 * @property {string[]} pieces the text before the end
 * @property {number} [status]
 * @property {ProviderError} [error]
 * @property {string} [html]
 * @property {number} pause ms before each piece
 * @property {{ prompt: number, completion: number }} usage the provider's own count
 */

/**
 * @param {{ role: string | null, content: string }[]} messages
 * @param {{ instructions?: number, delay: number, down?: boolean }} options
 * @returns {Outcome}
 */
export function ask(messages, { instructions = 1, delay, down = false }) {
  const talk = [...messages.slice(0, -1), ...unflatten(messages.at(-1))];
  const said = talk.at(-1).content;
  const reply = replyTo(talk, instructions);
  const base = {
    said,
    pieces: [],
    pause: delay * (/\bslow\b/i.test(said) ? 20 : 1),
    // An empty reply counts as a token, by which it differs from an outage.
    usage: { prompt: tokensOf(messages), completion: Math.max(1, estimate(reply)) },
  };
  const trigger = said.match(/\bERR_[A-Z0-9]+\b/)?.[0];
  if (down || trigger === 'ERR_DOWN') return { ...base, end: 'down' };
  if (trigger === 'ERR_HTML') return { ...base, end: 'html', status: 502, html: HTML };
  if (trigger === 'ERR_MID' || trigger === 'ERR_CUT') {
    const end = trigger === 'ERR_CUT' ? 'cut' : 'error';
    return { ...base, end, error: providerError('ERR_500'), pieces: ['Hello ', 'from ', 'the '] };
  }
  if (REFUSALS[trigger]) {
    return { ...base, end: 'refused', status: REFUSALS[trigger][0], error: providerError(trigger) };
  }
  // The limit of tokens: the recorded stub says the whole reply all the same.
  return { ...base, end: /\bFINLEN\b/.test(said) ? 'length' : 'stop', pieces: pieces(reply) };
}

function providerError(trigger) {
  const [, message, type, param, code] = REFUSALS[trigger];
  return { message, type, param, code };
}

/**
 * The messages in one that holds a whole conversation (`formatPrompt`: "User: ...\nAssistant: ..."), so that such a conversation
 * visibly goes on, as with a real model.
 */
function unflatten(message) {
  const parts = message.content.split(/^(System|User|Assistant): ?/m);
  if (parts.length < 5 || parts[0] !== '') return [message];
  const turns = [];
  for (let at = 1; at < parts.length; at += 2) {
    turns.push({ role: parts[at].toLowerCase(), content: parts[at + 1].trim() });
  }
  while (turns.length > 1 && turns.at(-1).role !== 'user') turns.pop();
  return turns;
}

/** The user's last message, also where the whole conversation is one text. */
export const lastSaid = (message) => unflatten({ role: 'user', content: message }).at(-1).content;

/** Four characters a token, as the plugins and the recorded stub guess. */
export const estimate = (text) => Math.floor([...text].length / 4);

/** The recorded stub counted 15 characters a message for what stands around the text. */
function tokensOf(messages) {
  const length = messages.reduce((sum, { content }) => sum + [...content].length + 15, -1);
  return Math.floor(length / 4);
}
