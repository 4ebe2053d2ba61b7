// The endpoint: a request of OpenAI's Responses in, the response drained.

import { ask } from './edge.js';

export const joins = true;

export const create = ask('/v1/responses', { input: 'Hi' }, (event) => (event.type === 'response.output_text.delta' ? event.delta : ''));
