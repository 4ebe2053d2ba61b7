// All clients in JavaScript, by name.

import * as agents from './agents.mjs';
import * as aiSdk from './ai-sdk.mjs';
import * as anthropic from './anthropic.mjs';
import * as langchain from './langchain.mjs';
import { versions } from './load.mjs';
import * as openai from './openai.mjs';

/**
 * @typedef {object} Client
 * @property {'chat' | 'responses' | 'messages'} api
 * @property {(at: { baseURL: string, apiKey: string }) => (ask: import('../features.mjs').Ask, context: { model: string, run: (name: string, args: any) => { text: string, picture?: string } }) => Promise<import('../features.mjs').Told>} make
 * @property {Record<string, string>} [cannot] features that it does not have, and why
 * @property {string[]} [only] the features that it has
 * @property {string[]} [carries] features in which it sends back all that it got of the assistant's message
 * @returns {Promise<Record<string, Client>>}
 */
export async function allClients() {
  const of = await versions();
  return {
    ...(await openai.clients('openai-6', of['openai-6'])),
    ...(await openai.clients('openai', of.openai)),
    ...(await aiSdk.clients(6, of)),
    ...(await aiSdk.clients(7, of)),
    ...(await agents.clients(of['@openai/agents'])),
    ...(await langchain.clients(of)),
    ...(await anthropic.clients(of['@anthropic-ai/sdk'])),
  };
}
