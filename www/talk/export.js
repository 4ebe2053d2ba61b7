// A talk as a file, and back: JSON holds all of it, Markdown the branch that is shown, for people.

import { codeSpan, contained, escaped, fenced, link, quoted } from '../text/safe-markdown.js';
import { fileFacts, filesOf, sizeInWords, wordsOf } from './parts.js';
import { objectionTo } from './shape.js';
import { newTalk, path } from './tree.js';

/** By this the page knows its own files. */
const FORMAT = 'rivulet-demo-talk';

/** @param {import('./tree.js').Talk} talk */
export const toJson = (talk) => `${JSON.stringify({ format: FORMAT, version: 1, talk }, null, 2)}\n`;

/**
 * Reads a file that `toJson` has written.
 *
 * @param {string} text
 * @param {Iterable<string>} [taken] ids of the talks that are there; a talk with one of these gets a new one
 * @returns {{ talk: import('./tree.js').Talk, refusal?: undefined } | { talk?: undefined, refusal: string }} `refusal`: why it is none, in words
 */
export function fromJson(text, taken = []) {
  let file;
  try {
    file = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return { refusal: 'This file is no JSON. Export a talk as JSON to get one that can be read again.' };
  }
  if (file?.format !== FORMAT) return { refusal: 'This is no talk of this page: it was not exported here.' };
  if (file.version !== 1) return { refusal: 'This talk was exported by another version of this page, which this one cannot read.' };
  const objection = objectionTo(file.talk);
  if (objection) return { refusal: `This talk is damaged: ${objection}.` };
  return { talk: new Set(taken).has(file.talk.id) ? { ...file.talk, id: newTalk().id } : file.talk };
}

/** @param {import('./tree.js').Talk} talk @returns {string} */
export function toMarkdown(talk) {
  const day = new Date(talk.createdAt).toISOString().slice(0, 10);
  const blocks = [`# ${escaped(talk.title) || 'A talk'}`, `*A talk of ${day}, on the demo page of rivulet.*`];
  for (const turn of path(talk)) {
    if (turn.kind === 'question') blocks.push('## You', ...questionBlocks(turn.content));
    else for (const answer of turn.answers) blocks.push(`## ${nameOf(answer)}`, ...mark(turn, answer), ...answerBlocks(answer));
  }
  return `${wellFormed(blocks.filter(Boolean).join('\n\n'))}\n`;
}

const nameOf = ({ provider, model }) => [provider, model].filter(Boolean).map(escaped).join(', ') || 'Reply';

/** Of several answers to one question: with which the talk goes on. */
const mark = ({ answers, kept }, answer) => (answers.length > 1 && answers[kept] === answer ? ['*The talk goes on with this answer.*'] : []);

const questionBlocks = (content) => [contained(plain(wordsOf(content))), ...filesOf(content).map(fileLine)];

/** A file is named and not in the text: nobody could read its Base64. */
function fileLine(part) {
  const { kind, name, size, url } = fileFacts(part);
  const what = url !== undefined ? link(url) : escaped(name);
  return `*${[kind, what, sizeInWords(size)].filter(Boolean).join(', ')}*`;
}

/** An answer as blocks, in the order in which its events came. */
function answerBlocks({ events, error, stopped }) {
  const sources = new Map();
  /** @type {[kind: string, text: string][]} What follows each other and is of one kind is one block. */
  let runs = [];
  const add = (kind, text) => {
    if (runs.at(-1)?.[0] === kind && GROWING.has(kind)) runs.at(-1)[1] += text;
    else runs.push([kind, text]);
  };
  for (const event of events) {
    if (event.type === 'text') add('text', event.text);
    else if (event.type === 'reasoning') add('reasoning', event.text);
    // The service's final text stands for all of its pieces.
    else if (event.type === 'replace') runs = [...runs.filter(([kind]) => kind !== 'text'), ['text', event.text]];
    else if (event.type === 'audio') add('spoken', String(event.transcript ?? ''));
    else if (event.type === 'source' || event.type === 'citation') addSource(sources, event);
    else add('block', eventBlock(event));
  }
  const blocks = runs.map(([kind, text]) => (GROWING.get(kind)?.(plain(text)) ?? text)).filter(Boolean);
  if (sources.size > 0) blocks.push(['**Sources**', '', ...[...sources.values()].map((source) => `- ${source}`)].join('\n'));
  if (stopped) blocks.push('*The visitor stopped this reply.*');
  else if (error) blocks.push(errorBlock(error));
  return blocks.length > 0 ? blocks : ['*The reply is empty.*'];
}

/** What comes in pieces, and how all of it is written. */
const GROWING = new Map(Object.entries({
  text: (text) => contained(text.trim()),
  reasoning: (text) => text.trim() && quoted(`**Thought**\n\n${contained(text.trim())}`),
  spoken: (text) => `*The answer was spoken${text.trim() ? ':' : '.'}*${text.trim() && `\n\n${quoted(contained(text.trim()))}`}`,
}));

function addSource(sources, { url, title, text }) {
  const key = url || title || text;
  if (!key || sources.has(key)) return;
  sources.set(key, url ? link(String(url), String(title || url)) : escaped(String(title || text)));
}

/** What an event says that is no text; empty for one that says nothing to people. */
function eventBlock(event) {
  const { type, name } = event;
  switch (type) {
    case 'tool-call': return event.done === false ? '' : `**Calls ${codeSpan(String(name || 'a tool'))}**\n\n${jsonBlock(event.arguments)}`;
    case 'tool-result': return `**${event.isError ? 'Failure' : 'Result'} of ${codeSpan(String(name || 'a tool'))}**\n\n${jsonBlock(event.result)}`;
    case 'tool-approval': return `**Asks whether ${codeSpan(String(name || 'a tool'))} may be called**\n\n${jsonBlock(event.arguments)}`;
    case 'image': return madeBlock('An image', event);
    case 'file': return madeBlock('A file', event);
    case 'warning': return `*Note: ${escaped(String(event.message))}*`;
    case 'status': return event.text ? `*${escaped(`${event.kind}: ${event.text}`)}*` : '';
    default: return '';
  }
}

/** What the model made, by its name or its address, and not itself. */
function madeBlock(what, { url = '', name, mediaType }) {
  const isHere = String(url).startsWith('data:');
  const facts = [name, mediaType].filter(Boolean).map((fact) => escaped(String(fact)));
  if (url && !isHere) facts.push(link(String(url)));
  return `*${[`${what} that the model made`, ...facts].join(', ')}${isHere || !url ? '; it is not in this file' : ''}*`;
}

/** Arguments and results, indented where they are JSON. A model wrote them, so they may not be. */
function jsonBlock(value) {
  if (typeof value !== 'string') return fenced(plain(JSON.stringify(value, null, 2) ?? ''), 'json');
  try {
    return fenced(plain(JSON.stringify(JSON.parse(value), null, 2)), 'json');
  } catch {
    return fenced(plain(value));
  }
}

function errorBlock({ title, hint, code, message }) {
  const said = [code, message].filter(Boolean).join(': ');
  return [`**${escaped(String(title || 'It failed'))}.** ${escaped(String(hint ?? ''))}`.trim(), said && fenced(plain(said))].filter(Boolean).join('\n\n');
}

/** Lines end as on this page, and there is no sign that no file may have. */
const plain = (text) => text.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd');
/** Halves of characters have no form in UTF-8. */
const wellFormed = (text) => text.replace(/\p{Cs}/gu, '\ufffd');

/** A file's name by the title of a talk, as all systems take it. @param {string} title @param {string} ending without the dot */
export function fileName(title, ending) {
  const signs = title.replace(/[\p{Cc}\p{Cs}\p{Cf}\u2028\u2029]+/gu, '').replace(/[\\/:*?"<>|]+/g, ' ').replace(/\s+/g, ' ');
  const short = Array.from(signs).slice(0, 50).join('').replace(/^[\s.~-]+|[\s.]+$/g, '');
  // Names of devices at Windows, whatever their ending.
  const isDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(short);
  return `${short === '' || isDevice ? `talk ${short}`.trim() : short}.${ending}`;
}

/** Has the browser save a text as a file. @param {string} name @param {string} type @param {string} text */
function saveFile(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const anchor = document.createElement('a');
  Object.assign(anchor, { href: url, download: name });
  anchor.click();
  // Not at once: the browser may read it later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Saves a talk as `json` or `markdown`. @param {import('./tree.js').Talk} talk @param {'json' | 'markdown'} form */
export function saveTalk(talk, form) {
  if (form === 'json') saveFile(fileName(talk.title, 'json'), 'application/json', toJson(talk));
  else saveFile(fileName(talk.title, 'md'), 'text/markdown', toMarkdown(talk));
}
