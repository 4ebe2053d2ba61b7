// Real clients in Python against the endpoint on workerd, and strict stub services behind it.

import { cell, inLanes } from './cells.mjs';
import { KEY } from './endpoint.mjs';
import { EXCEPTIONS, PENDING } from './exceptions.mjs';
import { declare } from './matrix.mjs';
import { CLIENTS, runPython } from './python.mjs';

declare({
  title: 'Real clients in Python',
  clients: CLIENTS,
  whole: /^$/,
  exceptions: EXCEPTIONS,
  pending: PENDING,
  limit: 900_000,
  run: async ({ url, services }, places, done) => {
    const byClient = groups(places);
    await inLanes([...byClient].map(([client, mine]) => async () => {
      // A process for all cells of a client: each cell hands it what is asked, and waits for its line.
      const waiting = new Map();
      const cells = [];
      const words = mine.map((place, at) => cell((ask, { model }) => new Promise((told) => {
        waiting.set(`${at}`, told);
        cells.push({ id: `${at}`, model, ask });
      }), place.feature, { model: place.provider, services, limit: 200_000 }).then((result) => done(place, result)));
      const complaint = await runPython(client, { baseURL: `${url}/v1`, key: KEY, cells, onTold: (id, told) => waiting.get(id)(told) });
      for (const told of waiting.values()) told({ error: { name: 'python', message: complaint || 'no result' } });
      await Promise.all(words);
    }), 2);
  },
});

function groups(places) {
  const map = new Map();
  for (const place of places) map.set(place.client, [...(map.get(place.client) ?? []), place]);
  return map;
}
