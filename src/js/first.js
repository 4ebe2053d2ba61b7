import { ChatError } from './error.js';

/** The first bytes of an answer, so that what fails early is told as an error and not inside of a stream. */
export async function firstOf(reply) {
  const { value, done } = await reply.next();
  if (done) throw new ChatError('truncated', 'the reply ended before it began');
  return value;
}
