import { errorText } from './result.js';

/** The message of a call's result. */
export function resultMessage(id, content, isError) {
  const message = { role: 'tool', tool_call_id: id, content };
  if (isError) message.is_error = true;
  return message;
}

/** What the model is told of a call that was not run. */
export const notRun = (id, why) => resultMessage(id, errorText(why), true);

/** The calls of a message, as `reply.toolCalls` has them. */
const callsOf = (message) => (message?.role === 'assistant' && Array.isArray(message.tool_calls) ? message.tool_calls : [])
  .filter((call) => typeof call?.function?.name === 'string')
  .map(({ id, function: { name, arguments: text } }) => ({ id, name, arguments: typeof text === 'string' ? text : JSON.stringify(text ?? {}) }));

/**
 * `messages` with a result for each call that has none, as services want it: `{ messages, open, told }`. Calls of the last message with calls may get
 * theirs still, where only results follow it: these are `open`, unless `isLost(call)` says that they never will. `told` are the calls
 * that the model is told of as not run, `why` is what it is told.
 */
export function closeCalls(list, why, isLost = () => false) {
  const messages = [];
  const told = [];
  let open = [];
  const close = (isClosed) => {
    for (const call of open.filter(isClosed)) {
      messages.push(notRun(call.id, why));
      told.push(call);
    }
    open = open.filter((call) => !isClosed(call));
  };
  for (const message of list) {
    if (message?.role === 'tool') {
      // Of two calls with one id, each result answers one.
      const at = open.findIndex(({ id }) => id === message.tool_call_id);
      if (at >= 0) open.splice(at, 1);
    } else {
      close(() => true);
      open = callsOf(message);
    }
    messages.push(message);
  }
  close(isLost);
  return { messages, open, told };
}
