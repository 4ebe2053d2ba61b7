// The endpoint: a request of OpenAI's Chat Completions in, the response drained.

import { ask } from './edge.js';

export const joins = true;

export const create = ask('/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }] }, (event) => event.choices?.[0]?.delta?.content);
