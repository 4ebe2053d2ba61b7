// What the oracles share. An oracle is the official client of a service: it is fed the bytes of each recording that is
// no refusal, as rivulet is, and both must understand the same.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';

const wire = new URL('../wire/', import.meta.url);

/** `{ name, type, body }` of the recordings of a folder whose status is 2xx. */
export function recordings(folder) {
  const at = new URL(`${folder}/`, wire);
  const names = readdirSync(at).filter((file) => file.endsWith('.http')).map((file) => file.slice(0, -'.http'.length));
  return names.flatMap((name) => {
    const [, answer] = readFileSync(new URL(`${name}.http`, at), 'utf8').split('--- response ---');
    if (!/^HTTP\/1\.1 2\d\d /.test(answer.trimStart())) return [];
    const type = /^content-type: (.*?)\r?$/im.exec(answer)[1];
    const file = ['sse', 'ndjson', 'json'].map((ending) => `${name}.${ending}`).find((file) => readdirSync(at).includes(file));
    return [{ name, type, body: readFileSync(new URL(file, at)) }];
  });
}

/** Numbers from 0 to 1, the same in each run (mulberry32). */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whole, in single bytes, and cut at places of chance: the ends of the chunks. */
export function cuts(length) {
  const next = random(length);
  const some = () => Array.from({ length: 1 + Math.floor(next() * 12) }, () => Math.floor(next() * length)).sort((a, b) => a - b);
  return [[], Array.from({ length }, (_, at) => at), ...Array.from({ length: 6 }, some)];
}

/** A `fetch` that answers with a recording. */
export function answering({ type, body }, ends) {
  return async () => {
    const edges = [0, ...ends, body.length];
    const chunks = edges.slice(1).map((end, at) => new Uint8Array(body.subarray(edges[at], end)));
    const stream = new ReadableStream({
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else if (chunk.length > 0) controller.enqueue(chunk);
        else this.pull(controller);
      },
    });
    return new Response(stream, { headers: { 'content-type': type } });
  };
}

export const nothing = () => ({ text: '', reasoning: '', calls: [], prompt: undefined, completion: undefined, finish: undefined, failed: false });

/** What rivulet makes of it. */
export async function ours(provider, options) {
  const seen = nothing();
  try {
    for await (const event of provider.createAsyncGenerator(options).events) {
      if (event.type === 'text') seen.text += event.text;
      if (event.type === 'reasoning') seen.reasoning += event.text;
      if (event.type === 'tool-call' && event.done) seen.calls.push({ name: event.name, arguments: JSON.parse(event.arguments) });
      if (event.type === 'usage') [seen.prompt, seen.completion] = [event.usage.promptTokens, event.usage.completionTokens];
      if (event.type === 'finish') seen.finish = event.reason;
    }
  } catch (error) {
    assert.equal(error.name, 'ChatError', error.stack);
    seen.failed = true;
  }
  return seen;
}

/**
 * `differences`: of a recording why it is understood differently, and the members that differ, `[ours, theirs]`. Each must
 * be true. `ask(tape, fetch, fetch)` gives what both understand.
 */
export async function compare(folder, differences, ask) {
  const rows = new Map();
  const left = new Set(Object.keys(differences));
  for (const tape of recordings(folder)) {
    const { why, ...meant } = differences[tape.name] ?? {};
    left.delete(tape.name);
    for (const ends of cuts(tape.body.length)) {
      const [theirs, own] = await ask(tape, answering(tape, ends), answering(tape, ends));
      for (const key of Object.keys(own)) {
        const [wanted, known] = meant[key] ?? [theirs[key], theirs[key]];
        const where = `${folder}/${tape.name}: ${key}, cut at ${ends.length > 20 ? 'each byte' : ends}`;
        assert.deepEqual(theirs[key], known, `${where} (the oracle)`);
        assert.deepEqual(own[key], wanted, where);
      }
    }
    rows.set(tape.name, why === undefined ? 'the same' : `${why}: ${Object.keys(meant).join(', ')}`);
  }
  assert.deepEqual([...left], [], 'differences of recordings that are not there');
  const width = Math.max(...[...rows.keys()].map((name) => name.length));
  for (const [name, words] of rows) console.log(`${name.padEnd(width)}  ${words}`);
  return rows.size;
}
