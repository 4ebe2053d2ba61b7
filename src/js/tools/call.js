import { notRun, resultMessage } from './history.js';
import { contentOf, errorContent } from './result.js';
import { isObject } from './schema.js';

/**
 * What becomes of a call: `{ message, result, isError }`, or `{ waits: true }` for an approval, or `{ isOpen: true }` where the caller has to
 * answer it. Never rejects. `approval`: what the caller says of a call that waited. `context`: what the tool gets beside its arguments.
 */
export async function answer(call, byName, context, approval) {
  const { id, name, arguments: text } = call;
  const tool = byName ? byName.get(name) : {};
  if (!tool) return refused(id, `there is no tool '${name}'. The tools are: ${[...byName.keys()].join(', ') || 'none'}`);
  try {
    if (tool.run === undefined) return { isOpen: true };
    let args;
    try {
      // Some models write nothing where a tool needs no arguments.
      args = text.trim() === '' ? {} : JSON.parse(text);
    } catch (error) {
      return refused(id, `the arguments are no JSON: ${error.message}`);
    }
    if (tool.validate) {
      const { value, issues } = await tool.validate(args);
      if (issues) return refused(id, `the arguments do not fit the schema: ${issues}`);
      args = value;
    } else if (!isObject(args)) {
      return refused(id, 'the arguments must be a JSON object');
    }
    if (approval === false || typeof approval === 'string') return refused(id, `the user denied this call${approval ? `: ${approval}` : ''}`);
    const { needsApproval: needs = false } = tool;
    if (approval !== true && (typeof needs === 'function' ? await needs(args, context) : needs)) return { waits: true };
    if (context.signal.aborted) return refused(id, STOPPED);
    const result = await tool.run(args, context);
    return { message: resultMessage(id, contentOf(result)), result };
  } catch (error) {
    const content = errorContent(error);
    return { message: resultMessage(id, content, true), result: content, isError: true };
  }
}

/** What the model is told of a call that was stopped. */
export const STOPPED = 'this call was stopped before it had a result';

export function refused(id, why) {
  const message = notRun(id, why);
  return { message, result: message.content, isError: true };
}
