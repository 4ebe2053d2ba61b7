// Real clients in JavaScript against the endpoint on workerd, and strict stub services behind it.

import { cell, inLanes } from '../cells.mjs';
import { KEY } from '../endpoint.mjs';
import { EXCEPTIONS, PENDING } from '../exceptions.mjs';
import { declare } from '../matrix.mjs';
import { allClients } from './all.mjs';

/** Cells at the same time. */
const LANES = 6;
const CLIENTS = await allClients();

declare({
  title: 'Real clients in JavaScript',
  clients: CLIENTS,
  // One of each API.
  whole: /^openai [^6].*(chat|responses)$|^@anthropic-ai\/sdk .* raw$|^ai 7.*openai-compatible/,
  exceptions: EXCEPTIONS,
  pending: PENDING,
  limit: 240_000,
  run: async ({ url, services }, places, done) => {
    const asks = Object.fromEntries(Object.entries(CLIENTS).map(([name, { make }]) => [name, make({ baseURL: `${url}/v1`, apiKey: KEY })]));
    await inLanes(places.map((place) => async () => done(place, await cell(asks[place.client], place.feature, { model: place.provider, services }))), LANES);
  },
});
