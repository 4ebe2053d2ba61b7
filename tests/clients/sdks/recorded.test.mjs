// What the command lines sent, once more, to every provider: a strict service has to take what the endpoint makes of it.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { PROVIDERS } from '../cells.mjs';
import { KEY, startEndpoint } from '../endpoint.mjs';
import { PENDING_RECORDED } from '../exceptions.mjs';

const FOLDER = new URL('../recorded/', import.meta.url);
const RECORDED = await Promise.all((await readdir(FOLDER)).sort().map(async (name) => [name.replace('.json', ''), JSON.parse(await readFile(new URL(name, FOLDER), 'utf8'))]));

let endpoint;
before(async () => { endpoint = await startEndpoint(); });
after(() => endpoint?.stop());

for (const [name, { client, tasks }] of RECORDED) {
  for (const [task, requests] of Object.entries(tasks)) {
    test(`${client} (${name}), ${task}: every provider takes it`, async (context) => {
      const wrong = [];
      for (const provider of PROVIDERS) {
        for (const [at, { path, headers, body }] of requests.entries()) {
          endpoint.services.asked.length = 0;
          const response = await fetch(`${endpoint.url}${path}`, {
            method: 'POST', headers: { ...headers, authorization: `Bearer ${KEY}` }, body: JSON.stringify({ ...body, model: provider }),
          });
          const text = await response.text();
          const refusal = JSON.stringify(endpoint.services.asked.find((one) => one.refusal)?.refusal ?? '');
          const isWhole = /\[DONE\]|"response\.completed"|"message_stop"/.test(text);
          if (response.status === 200 && isWhole) continue;
          // Ollama takes no files, and says so.
          if (provider === 'ollama' && /no way to take/.test(text)) continue;
          const word = `${provider}, request ${at + 1}: ${response.status} ${text.slice(-300)} ${refusal.slice(0, 300)}`;
          const waits = PENDING_RECORDED.find((one) => one.word.test(word));
          if (waits) context.todo(waits.because);
          else wrong.push(word);
        }
      }
      assert.ok(wrong.length === 0, `\n${wrong.join('\n')}`);
    });
  }
}
