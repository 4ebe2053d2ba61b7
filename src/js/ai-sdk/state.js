// What a service wants back of its own answer, as the AI SDK and `useChat` keep it with a part: `{ rivulet: { … } }`, two levels of plain JSON.

/** The name of this package in `providerMetadata` and `providerOptions`. */
export const NAME = 'rivulet';

/** The members of `reply.message` that go into the state, by their names there. */
const MEMBERS = { providerData: 'provider_data', reasoningDetails: 'reasoning_details' };

/** The member of a call that goes back with it. */
const EXTRA = 'extra_content';

/** In the conversation of a service that stores answers: it has all messages of the prompt anyway, and the answer may be gone some day. */
const OF_STORED_ANSWERS = 'heard';

/** Options of the AI SDK for this package, at a call, a message or a part; nothing where there are none. */
export const own = (options) => options?.[NAME] ?? {};

/** The state of a reply's message, of several steps that of the newest one; or `undefined`. */
export function stateOf(reply) {
  const message = reply.message ?? {};
  const state = {};
  for (const [name, member] of Object.entries(MEMBERS)) if (message[member] !== undefined) state[name] = message[member];
  const extras = (message.tool_calls ?? []).filter((call) => call[EXTRA] !== undefined).map((call) => [call.id, call[EXTRA]]);
  if (extras.length > 0) state.extraContent = Object.fromEntries(extras);
  const conversation = needed(reply.conversation);
  if (conversation !== undefined) state.conversation = conversation;
  return Object.keys(state).length > 0 ? state : undefined;
}

/** A conversation without what services know by id, though the messages say it as well. */
function needed(conversation) {
  if (!conversation || OF_STORED_ANSWERS in conversation) return undefined;
  // That of a `Fallback` has one for each provider.
  const { parts } = conversation;
  if (parts === null || typeof parts !== 'object') return conversation;
  const kept = Object.entries(parts).filter(([, part]) => needed(part) !== undefined);
  return kept.length > 0 ? { ...conversation, parts: Object.fromEntries(kept) } : undefined;
}

export const hasState = (state) => ['providerData', 'reasoningDetails', 'extraContent', 'conversation'].some((name) => state[name] !== undefined);

/**
 * A message of the assistant, of what one answer had: the states of its parts, its texts, the parts of its reasoning, calls and images. Calls are
 * `{ id, name, arguments, mark }`. `undefined`: there was nothing that a service takes.
 */
export function assistantMessage({ states, text, reasoning, calls, images, mark }) {
  const message = { role: 'assistant', content: text };
  // One by one: an engine takes so many arguments only.
  const state = {};
  for (const each of states) Object.assign(state, each);
  for (const [name, member] of Object.entries(MEMBERS)) if (state[name] !== undefined) message[member] = state[name];
  if (text === '' && calls.length === 0 && images.length === 0 && message.provider_data === undefined && message.reasoning_details === undefined) return undefined;
  if (reasoning !== '') message.reasoning_content = reasoning;
  if (images.length > 0) message.images = images.map((url) => ({ type: 'image_url', image_url: { url } }));
  if (calls.length > 0) {
    message.content = text || null;
    message.tool_calls = calls.map(({ id, name, arguments: json, mark: ofCall }) => {
      const call = { id, type: 'function', function: { name, arguments: json } };
      if (state.extraContent && Object.hasOwn(state.extraContent, id)) call[EXTRA] = state.extraContent[id];
      return Object.assign(call, ofCall);
    });
  }
  return Object.assign(message, mark);
}

/** The state of a part, if it has one. */
export const stateIn = (options) => {
  const state = own(options);
  return hasState(state) ? state : undefined;
};
