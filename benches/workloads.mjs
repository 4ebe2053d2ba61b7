// What is measured, with whom, how often. An event is one piece of text.

const OPENAI = ['floor', 'floor-iter', 'hand', 'eventsource-parser', 'openai', 'xsai', 'ai-sdk', 'rivulet', 'rivulet-coalesce'];
/** It decodes each network chunk by itself, and fails where one ends within a character. These do not, as long as no network cuts them again. */
const WHOLE_CHARACTERS = ['liter-llm'];
const ENGINE = ['floor', 'floor-iter', 'hand', 'eventsource-parser', 'rivulet', 'rivulet-coalesce'];
const ANTHROPIC = ['floor', 'floor-iter', 'hand', 'anthropic-sdk', 'rivulet', 'rivulet-coalesce'];
const OLLAMA = ['floor', 'floor-iter', 'hand', 'ollama', 'rivulet', 'rivulet-coalesce'];
const THOUGHTS = ['floor', 'floor-iter', 'hand', 'openai', 'ai-sdk', 'rivulet'];
const CALLS = ['floor', 'floor-iter', 'hand', 'openai', 'rivulet'];
const EDGE = ['floor', 'rivulet', 'edge-chat', 'edge-responses'];

const BOTH = ['memory', 'http'];
const KiB16 = 16 * 1024;

/** Cost of an event: CPU time of the whole process, and time of the wall, as ratios to `floor`. `fromMemory`: who is measured from memory only. */
export const STREAMS = {
  W1: { title: "OpenAI's chunks, one a network chunk", dialect: 'openai', cut: 'event', events: 10_000, names: OPENAI, fromMemory: WHOLE_CHARACTERS, ways: BOTH },
  W2: { title: "OpenAI's chunks, 16 KiB a network chunk", dialect: 'openai', cut: KiB16, events: 20_000, names: OPENAI, fromMemory: WHOLE_CHARACTERS, ways: BOTH },
  W3: { title: "OpenAI's chunks in pieces of 1 to 64 bytes", dialect: 'openai', cut: 'crumbs', events: 2_000, names: OPENAI, ways: BOTH },
  W4: { title: "AI Engine's events, one a network chunk", dialect: 'ai-engine', cut: 'event', events: 10_000, names: ENGINE, ways: BOTH },
  W5: { title: "AI Engine's events, 16 KiB a network chunk", dialect: 'ai-engine', cut: KiB16, events: 50_000, names: ENGINE, ways: BOTH },
  W6: { title: "Anthropic's events, one a network chunk", dialect: 'anthropic', cut: 'event', events: 10_000, names: ANTHROPIC, ways: BOTH },
  W7: { title: "Anthropic's events, 16 KiB a network chunk", dialect: 'anthropic', cut: KiB16, events: 30_000, names: ANTHROPIC, ways: BOTH },
  W8: { title: "Thoughts in OpenAI's chunks, one a network chunk", dialect: 'thoughts', cut: 'event', events: 10_000, names: THOUGHTS, ways: ['memory'] },
  W9: { title: "Thoughts in OpenAI's chunks, 16 KiB a network chunk", dialect: 'thoughts', cut: KiB16, events: 20_000, names: THOUGHTS, ways: ['memory'] },
  W10: { title: "Arguments of a call in OpenAI's chunks, one a network chunk", dialect: 'calls', cut: 'event', events: 10_000, names: CALLS, ways: ['memory'] },
  W11: { title: "Arguments of a call in OpenAI's chunks, 16 KiB a network chunk", dialect: 'calls', cut: KiB16, events: 20_000, names: CALLS, ways: ['memory'] },
  W12: { title: "Ollama's lines, one a network chunk", dialect: 'ollama', cut: 'event', events: 10_000, names: OLLAMA, ways: ['memory'] },
  W13: { title: "Ollama's lines, 16 KiB a network chunk", dialect: 'ollama', cut: KiB16, events: 30_000, names: OLLAMA, ways: ['memory'] },
  'edge-1': { group: 'edge', title: "The endpoint: AI Engine's events, one a network chunk", dialect: 'ai-engine', cut: 'event', events: 10_000, names: EDGE, ways: ['memory'] },
  'edge-2': { group: 'edge', title: "The endpoint: AI Engine's events, 16 KiB a network chunk", dialect: 'ai-engine', cut: KiB16, events: 50_000, names: EDGE, ways: ['memory'] },
};

/** The contestants that import from an entry other than `rivulet`; a revision may not have it. */
export const ENTRIES = { 'rivulet-openai': './openai', 'rivulet-services': './services', 'rivulet-ollama': './services', 'rivulet-wordpress': './wordpress' };

const PEERS = ['hand', 'eventsource-parser', 'openai', 'xsai', 'ai-sdk', 'liter-llm'];
const SHORT = { dialect: 'openai', cut: 'event', events: 20 };

/** A reply's own cost: how the results are named, and who reads what. The floors are those of each kind. */
const REPLIES = {
  '': { words: '', body: SHORT, names: [...PEERS, 'rivulet', 'rivulet-openai', 'rivulet-services'] },
  '-engine': { words: ", AI Engine's body", body: { ...SHORT, dialect: 'ai-engine' }, names: ['hand', 'rivulet', 'rivulet-wordpress'] },
  '-ollama': { words: ", Ollama's body", body: { ...SHORT, dialect: 'ollama' }, names: ['hand', 'ollama', 'rivulet', 'rivulet-ollama'] },
};

const KINDS = {
  // The floor has no text.
  first: { title: 'Time to the first text', floors: ['floor-iter'], replies: 2_000 },
  heap: { title: 'Bytes that an open reply keeps', floors: ['floor', 'floor-iter'], replies: 2_000 },
  cold: { title: 'Import and first reply, fresh process', floors: ['floor', 'floor-iter'] },
};

/** `in`: not the runtime that all else is measured in, but this one; Node's streams and compiler differ much from one to the next. */
const PLACES = { '': undefined, '-24': 'node-24' };

/** `first`, `first-engine`, `first-ollama`, `first-24`, `first-24-engine` and so on. */
const replies = Object.fromEntries(Object.entries(KINDS).flatMap(([group, { title, floors, ...more }]) =>
  Object.entries(PLACES).flatMap(([place, runtime]) => Object.entries(REPLIES).map(([suffix, { words, body, names }]) =>
    [group + place + suffix, { group, in: runtime, title: title + words, names: [...floors, ...names], body, ...more }]))));

/** What is not a cost of an event. */
export const OTHERS = {
  ...replies,
  size: { group: 'size', title: 'Bytes of the smallest program', names: ['floor', 'floor-iter', ...PEERS, 'ollama'] },
  long: { group: 'long', title: 'Long replies, many replies', names: ['hand', 'rivulet'], pieces: 1_000_000, replies: 100_000, body: SHORT },
};

/** Elsewhere than on Node. */
export const EVERYWHERE = ['W1', 'W2', 'cold'];

const groups = (works) => Object.entries(works).map(([name, { group }]) => group ?? name);
export const NAMES = [...new Set([...groups(STREAMS), ...groups(OTHERS), 'plots', 'hostile', 'gateway'])];

/** How long and how often. `size`: of every count of events and replies. */
export const FULL = { rounds: 12, launches: 3, warmUpMs: 1_000, roundMs: 100, size: 1, first: 5, heap: 3, cold: 15, long: 3 };
export const QUICK = { rounds: 3, launches: 1, warmUpMs: 200, roundMs: 20, size: 0.1, first: 2, heap: 1, cold: 3, long: 1 };
