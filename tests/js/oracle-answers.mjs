// Recorded answers for two readers: rivulet and the service's own SDK, which must find the same in them.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';

export const KEY = 'sk-placeholder-0123456789';
const WIRE = new URL('../wire/', import.meta.url);
const ENDINGS = { sse: 'text/event-stream', json: 'application/json' };

/** All answers of a folder that say 200. */
export function answers(folder) {
  const found = [];
  for (const file of readdirSync(new URL(`${folder}/`, WIRE)).sort()) {
    const [, name, ending] = /^(.+)\.(sse|json)$/.exec(file) ?? [];
    if (!ending || name === 'calls') continue;
    const head = readFileSync(new URL(`${folder}/${name}.http`, WIRE), 'utf8').split('--- response ---\n')[1];
    if (!head.startsWith('HTTP/1.1 200 ')) continue;
    found.push({ name, type: ENDINGS[ending], body: readFileSync(new URL(`${folder}/${file}`, WIRE)) });
  }
  return found;
}

/** A `fetch` that gives this answer, cut at these places. */
export function fetchOf({ type, body }, cuts) {
  return async () => {
    const ends = [...cuts, body.length];
    let at = 0;
    const stream = new ReadableStream({
      pull(controller) {
        const end = ends.shift();
        if (end === undefined) return controller.close();
        if (end > at) controller.enqueue(new Uint8Array(body.subarray(at, end)));
        else controller.enqueue(new Uint8Array());
        at = end;
      },
    });
    return new Response(stream, { status: 200, headers: { 'content-type': type } });
  };
}

/** What rivulet makes of an answer. */
export async function ours(Provider, answer, cuts) {
  const provider = new Provider({ apiKey: KEY, defaultModel: 'm', retries: 0, fetch: fetchOf(answer, cuts) });
  const found = { failed: false, text: '', reasoning: '', calls: [], input: undefined, output: undefined, finish: undefined };
  try {
    for await (const event of provider.createAsyncGenerator({ messages: 'Hi' }).events) {
      if (event.type === 'text') found.text += event.text;
      else if (event.type === 'reasoning') found.reasoning += event.text;
      else if (event.type === 'tool-call' && event.done) found.calls.push({ id: event.id, name: event.name, input: parsed(event.arguments) });
      else if (event.type === 'usage') [found.input, found.output] = [event.usage.promptTokens, event.usage.completionTokens];
      else if (event.type === 'finish') found.finish = event.reason;
    }
  } catch (error) {
    assert.equal(error.name, 'ChatError', String(error.stack));
    found.failed = true;
  }
  return found;
}

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Nowhere, between all bytes, and at places that are the same in each run. */
export function cutsOf({ name, body }) {
  let state = [...name].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0, 1);
  const below = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const random = () => Array.from({ length: 1 + below(20) }, () => below(body.length + 1)).sort((a, b) => a - b);
  return [[], Array.from(body.keys()), ...Array.from({ length: 8 }, random)];
}

/**
 * Holds both readers against each other on all answers of a folder. `deliberate`: case to `[members that differ, why]`;
 * each of them must differ, or else the line is out of date. Returns the lines of a table.
 */
export async function compare(folder, Provider, theirs, deliberate) {
  const table = [];
  const known = new Set(Object.keys(deliberate));
  for (const answer of answers(folder)) {
    const [members, why] = deliberate[answer.name] ?? [[], ''];
    known.delete(answer.name);
    const all = cutsOf(answer);
    for (const cuts of all) {
      const [mine, other] = [await ours(Provider, answer, cuts), await theirs(answer, cuts)];
      const differ = Object.keys(mine).filter((key) => JSON.stringify(mine[key]) !== JSON.stringify(other[key]));
      // What is known at the end only is nothing where there is no good end.
      const counts = mine.failed && other.failed ? differ.filter((key) => ['failed', 'text', 'reasoning'].includes(key)) : differ;
      const show = (found) => JSON.stringify(Object.fromEntries(counts.map((key) => [key, found[key]])));
      assert.deepEqual(counts, members, `${answer.name} cut at ${cuts}: ours ${show(mine)}, theirs ${show(other)}`);
    }
    const found = await ours(Provider, answer, []);
    const result = found.failed ? 'error' : found.finish;
    table.push([answer.name, all.length, `${found.text.length}/${found.reasoning.length}/${found.calls.length}`, result, why && `${members.join(', ')}: ${why}`]);
  }
  assert.deepEqual([...known], [], 'deliberate differences of no case');
  return table;
}

export function print(title, table) {
  const rows = [['answer', 'cuts', 'text/thought/calls', 'end', 'deliberate difference'], ...table].map((row) => row.map(String));
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => (column < 4 ? row[column].length : 0))));
  console.log(`\n${title}`);
  for (const row of rows) console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()}`);
}
