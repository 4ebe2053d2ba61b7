// A page that keeps the talk with the chatbot of a WordPress site over reloads: its messages, the site's own id of it, and its session.
import { AiEngine, storageSession } from 'rivulet';

const site = new AiEngine({ url: 'https://shop.example', session: storageSession(localStorage) });
const talk = JSON.parse(localStorage.getItem('talk')) ?? { messages: [] };

export const messages = () => talk.messages;

/** Asks, and calls `show` with each piece of the answer. */
export async function ask(question, show) {
  const messages = [...talk.messages, { role: 'user', content: question }];
  const reply = site.createAsyncGenerator({ messages, conversation: talk.conversation });
  for await (const text of reply) show(text);
  Object.assign(talk, { messages: [...messages, reply.message], conversation: reply.conversation });
  localStorage.setItem('talk', JSON.stringify(talk));
}

export function forget() {
  localStorage.removeItem('talk');
  Object.assign(talk, { messages: [], conversation: undefined });
}
