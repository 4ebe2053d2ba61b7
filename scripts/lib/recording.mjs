// The form of a recording: `CASE.http` and the body beside it, its line in `calls.json`, its row in the wire reference.

import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { join } from 'node:path';

import { Failure } from './run.mjs';

/** One exchange. @typedef {{ url: URL, method: string, sent: [string, string][], asked: string, status: number, head: [string, string][], body: Uint8Array }} Exchange */

/** The extension of a body's file by its content type; tests/support/tape.rs knows the same. */
const ENDINGS = { 'text/event-stream': 'sse', 'application/x-ndjson': 'ndjson', 'application/json': 'json', 'text/html': 'html' };

/** Of an answer whose type says nothing (`text/plain`, or none). */
function endingOf(type, body) {
  const known = ENDINGS[type.split(';')[0].trim().toLowerCase()];
  if (known) return known;
  const start = Buffer.from(body.subarray(0, 200)).toString().trimStart();
  if (/^[[{]/.test(start)) return 'json';
  return /^(:|data:|event:)/.test(start) ? 'sse' : 'html';
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {Exchange} exchange
 * @returns {Promise<{ type: string, ending: string }>}
 */
export async function writeExchange(folder, name, { url, method, sent, asked, status, head, body }) {
  const type = head.find(([key]) => key === 'content-type')?.[1] ?? '';
  const ending = body.length ? endingOf(type, body) : '';
  const lines = [
    '--- request ---', `${method} ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`,
    ...sent.map(([key, value]) => `${key}: ${value}`), '', asked, '',
    // HTTP/2 has no reason phrase beside the status; the file needs one.
    '--- response ---', `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`, ...head.map(([key, value]) => `${key}: ${value}`), '', '',
  ];
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.http`), Buffer.concat([Buffer.from(lines.join('\n')), body]));
  if (ending) await writeFile(join(folder, `${name}.${ending}`), body);
  return { type: type.split(';')[0] || '-', ending: ending ? `.${ending}` : '-' };
}

export async function readCalls(folder) {
  const file = join(folder, 'calls.json');
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Failure(`${file}: ${error.message}: mend it, or move it away`);
  }
}

/** A case is an object, each of its members a line, and each of its events, where there are several. */
export async function writeCalls(folder, calls) {
  const member = ([key, value]) => {
    const several = key === 'events' && value.length > 2;
    const text = several ? `[\n${value.map((event) => `      ${JSON.stringify(event)}`).join(',\n')}\n    ]` : JSON.stringify(value);
    return `    ${JSON.stringify(key)}: ${text}`;
  };
  const cases = Object.entries(calls).map(([name, call]) => `  ${JSON.stringify(name)}: {\n${Object.entries(call).map(member).join(',\n')}\n  }`);
  await writeFile(join(folder, 'calls.json'), `{\n${cases.join(',\n')}\n}\n`);
}

const TABLE = ['**Recorded**', '', '| case | status | Content-Type | body | shows |', '|---|---|---|---|---|'];

/**
 * Puts the rows into part E of the wire reference, under the folder's heading, which is made if there is none. A case that
 * has a row gets a new one.
 *
 * @param {string} reference the text of tests/wire/README.md
 * @param {string} name of the folder
 * @param {{ case: string, status: number, type: string, ending: string, shows: string }[]} rows
 */
export function withRows(reference, name, rows) {
  const lines = reference.trimEnd().split('\n');
  const index = lines.findIndex((line) => line.startsWith('## Part E.'));
  if (index < 0) throw new Failure('the wire reference has no part E, the index of the files');
  let start = lines.findIndex((line, at) => at > index && line.startsWith(`### ${name}/`));
  if (start < 0) {
    start = lines.push('', `### ${name}/`) - 1;
  }
  for (const row of rows) {
    const line = `| \`${row.case}\` | ${row.status} | ${row.type} | ${row.ending} | ${row.shows} |`;
    const following = lines.findIndex((other, at) => at > start && /^##/.test(other));
    const end = following < 0 ? lines.length : following;
    const known = lines.findIndex((other, at) => at > start && at < end && other.startsWith(`| \`${row.case}\` |`));
    if (known >= 0) {
      lines[known] = line;
      continue;
    }
    let table = lines.findIndex((other, at) => at > start && at < end && other === TABLE[0]);
    if (table < 0) {
      table = start + 2;
      lines.splice(start + 1, 0, '', ...TABLE);
    }
    // After the last row of that table.
    let last = table + TABLE.length - 1;
    while (lines[last + 1]?.startsWith('|')) last++;
    lines.splice(last + 1, 0, line);
  }
  return `${lines.join('\n')}\n`;
}

/** Members in order, as serde_json writes them. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

/** An id that rivulet made for a call that came without one. */
const idOf = (id) => (/^call_[a-z0-9]{24}$/.test(id) ? 'call_*' : id);

/** An event in one line, as `describe` of tests/support/play.rs writes it. */
export function describe(event) {
  const tokens = (count) => count ?? '-';
  switch (event.type) {
    case 'reasoning': return `reasoning ${event.text}`;
    case 'tool-call': return `tool ${event.index} ${idOf(event.id)} ${event.name} ${event.arguments}${event.done ? ' done' : ''}`;
    case 'source': return `source ${JSON.stringify(sorted(event.source))}`;
    case 'status': return `status ${event.kind}: ${event.text}`;
    case 'image': return `image ${event.url}`;
    case 'action': return `action ${event.kind} ${JSON.stringify(sorted(event.action))}`;
    case 'warning': return `warning ${event.message}`;
    case 'usage': {
      const { promptTokens, completionTokens, totalTokens } = event.usage;
      return `usage ${tokens(promptTokens)} ${tokens(completionTokens)} ${tokens(totalTokens)}`;
    }
    case 'replace': return `replace ${event.text}`;
    case 'finish': return `finish ${event.reason}`;
    case 'conversation': {
      const pairs = Object.entries(sorted(event.conversation)).flatMap(([key, value]) => {
        if (value !== null && typeof value === 'object' && !Array.isArray(value)) return [`${idOf(key)}=${JSON.stringify(value)}`];
        return typeof value === 'string' && value !== '' ? [`${key}=${value}`] : [];
      });
      return `conversation ${pairs.join(' ')}`;
    }
    default: throw new Failure(`an event of type '${event.type}', which recordings cannot tell yet: add it to describe() here and in tests/support/play.rs`);
  }
}
