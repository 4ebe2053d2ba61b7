// An oracle is the official client of a service. It and rivulet read the same recorded answers, cut at the same places, and
// must find the same in them.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';

export const KEY = 'sk-placeholder-0123456789';

const WIRE = new URL('../wire/', import.meta.url);

/** `{ name, type, body }` of the answers of a folder that are no refusals. */
export function recordings(folder) {
  const at = new URL(`${folder}/`, WIRE);
  const files = readdirSync(at).sort();
  return files.filter((file) => file.endsWith('.http')).flatMap((file) => {
    const name = file.slice(0, -'.http'.length);
    const [, head] = readFileSync(new URL(file, at), 'utf8').split('--- response ---\n');
    if (!/^HTTP\/1\.1 2\d\d /.test(head)) return [];
    const [, type] = /^content-type: (.*?)\r?$/im.exec(head);
    const body = ['sse', 'ndjson', 'json'].map((ending) => `${name}.${ending}`).find((other) => files.includes(other));
    return [{ name, type, isWhole: type.startsWith('application/json'), body: readFileSync(new URL(body, at)) }];
  });
}

/** A `fetch` that answers with a recording; between two cuts at the same place there is an empty chunk. */
export function answering({ type, body }, cuts = []) {
  return async () => {
    const edges = [0, ...cuts, body.length];
    let next = 1;
    const pull = (controller) => {
      if (next === edges.length) return controller.close();
      controller.enqueue(new Uint8Array(body.subarray(edges[next - 1], edges[next++])));
    };
    return new Response(new ReadableStream({ pull }), { headers: { 'content-type': type } });
  };
}

/** Nowhere, between all bytes, and at places of chance that are the same in each run. */
function cutsOf({ name, body: { length } }) {
  let state = [...name].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0, 1);
  const below = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const random = () => Array.from({ length: 1 + below(20) }, () => below(length + 1)).sort((a, b) => a - b);
  return [[], Array.from({ length }, (_, at) => at), ...Array.from({ length: 8 }, random)];
}

export const nothing = () => ({ failed: false, text: '', reasoning: '', calls: [], prompt: undefined, completion: undefined, finish: undefined });

/** What rivulet finds; ids of calls where the service gives them. */
async function ours(provider, hasIds) {
  const seen = nothing();
  try {
    for await (const event of provider.createAsyncGenerator({ messages: 'Hi' }).events) {
      if (event.type === 'text') seen.text += event.text;
      else if (event.type === 'reasoning') seen.reasoning += event.text;
      else if (event.type === 'tool-call' && event.done) seen.calls.push({ ...(hasIds && { id: event.id }), name: event.name, arguments: parsed(event.arguments) });
      else if (event.type === 'usage') [seen.prompt, seen.completion] = [event.usage.promptTokens, event.usage.completionTokens];
      else if (event.type === 'finish') seen.finish = event.reason;
    }
  } catch (error) {
    assert.equal(error.name, 'ChatError', String(error.stack));
    seen.failed = true;
  }
  return seen;
}

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What is compared where a reply failed: without what only a complete reply has at its end. */
const WITHOUT_END = ['failed', 'text', 'reasoning'];

/**
 * `theirs(tape, fetch)` is what the official client finds, in the shape of `nothing()`. `deliberate`: of a recording
 * `[members that differ, why]`; each of them must, or else the line is out of date. Prints a table; gives its length.
 */
export async function compare(folder, Provider, theirs, deliberate, { hasIds = false } = {}) {
  const rows = [];
  const left = new Set(Object.keys(deliberate));
  for (const tape of recordings(folder)) {
    const [members, why] = deliberate[tape.name] ?? [[], ''];
    left.delete(tape.name);
    let mine;
    for (const cuts of cutsOf(tape)) {
      const fetch = answering(tape, cuts);
      mine = await ours(new Provider({ apiKey: KEY, defaultModel: 'm', retries: 0, fetch }), hasIds);
      const other = await theirs(tape, fetch);
      const counts = mine.failed && other.failed ? WITHOUT_END : Object.keys(mine);
      const differ = counts.filter((key) => JSON.stringify(mine[key]) !== JSON.stringify(other[key]));
      const show = (found) => JSON.stringify(Object.fromEntries(differ.map((key) => [key, found[key]])));
      assert.deepEqual(differ, members, `${folder}/${tape.name} cut at ${cuts}: ours ${show(mine)}, theirs ${show(other)}`);
    }
    const { text, reasoning, calls, failed, finish } = mine;
    rows.push([tape.name, `${text.length}/${reasoning.length}/${calls.length}`, failed ? 'error' : finish, why && `${members.join(', ')}: ${why}`]);
  }
  assert.deepEqual([...left], [], 'deliberate differences of no recording');
  const table = [[folder, 'text/thought/calls', 'end', 'deliberate difference'], ...rows];
  const widths = table[0].map((_, column) => (column < 3 ? Math.max(...table.map((row) => row[column].length)) : 0));
  for (const row of table) console.log(row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd());
  return rows.length;
}
