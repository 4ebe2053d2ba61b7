// Tasks for the command lines, and what must come of them.

import { LOOKED, SAID } from './words.mjs';

const end = '(end)';

/**
 * @typedef {{ code: number | string, output: string, errors: string, ms: number, requests: { status?: number, refusal?: any, service: string }[] }} Ran
 * @typedef {object} AgentTask
 * @property {string} title
 * @property {string[]} [only] command lines
 * @property {string[]} [providers] left out: all
 * @property {string} [model] behind the provider
 * @property {string[]} [pictures]
 * @property {(command: import('./commands.mjs').Command, work: string) => string[]} prompt
 * @property {(ran: Ran, at: { name: string, provider: string }) => string} judge
 */

/** What it says of a run that did not end as it should. */
function failed({ code, output, errors }) {
  const words = /"(?:message|error|result|text)":\s*"((?:[^"\\]|\\.){5,300})/g;
  const said = [...output.matchAll(words)].map(([, text]) => text).filter((text) => /error|fail|refus|issue|\b4\d\d\b|\b5\d\d\b/i.test(text)).at(-1);
  return `ended with ${code}: ${said ?? (errors.trim().split('\n').at(-1) || output.slice(-300))}`.slice(0, 400);
}

const shows = (pattern) => (ran) => (ran.code !== 0 ? failed(ran) : pattern.test(ran.output) ? 'ok' : `did not show ${pattern}: ${/(Done\.|It is\.|All done\.|Both done\.)[^"]{0,200}/.exec(ran.output)?.[0] ?? failed(ran)}`);

/** A command line either asks again, and shows the whole text, or ends with an error. */
function noticed(ran) {
  if (ran.requests.length === 0) return failed(ran);
  if (ran.output.includes(SAID)) return ran.requests.length > 1 ? 'asked again' : 'ok';
  if (ran.code === 'time limit') return failed(ran);
  return ran.code !== 0 || /"is_error":\s*true|"type":\s*"(error|turn\.failed)"|"subtype":\s*"error/.test(ran.output) ? 'error' : `NOT NOTICED after ${ran.requests.length} requests: ${ran.output.slice(-300)}`;
}

/** With Anthropic behind, what the model thought has to come back by those that carry it. */
const thinks = (judge, names) => (ran, { name, provider }) => {
  const word = judge(ran);
  const [, state] = /state\[(\w+)\]/.exec(ran.output) ?? [];
  return word === 'ok' && names.includes(name) && provider === 'anthropic' && state !== 'back' ? `the state of the thinking: ${state}` : word;
};

/** Each has its own words for it. */
const TOO_LONG = {
  codex: /ran out of room in the model's context window/, claude: /Prompt is too long/, opencode: /ContextOverflowError/, qwen: /context length|too long|maximum number of tokens/,
};

/** @type {Record<string, AgentTask>} */
export const TASKS = {
  tool: {
    title: 'tool', judge: thinks(shows(/result\[[^\]]*The note says 42/), ['claude']),
    prompt: ({ shell }, work) => ['Print the note.', '%think I must look.', shell(`${work}/note.txt`), '%then', '%say All done.', end],
  },
  look: { title: 'picture by a tool', judge: shows(LOOKED), prompt: ({ look }, work) => ['Look at the picture.', look(`${work}/picture.png`), '%then', '%say All done.', end] },
  picture: { title: 'picture', pictures: ['picture.png'], judge: shows(LOOKED), prompt: () => ['What is in the picture?', '%say A square.', end] },
  fail: { title: 'error event', judge: noticed, prompt: () => ['Say it.', `%say ${SAID}`, '%pieces 6', '%fail 3 1', end] },
  cut: { title: 'cut', judge: noticed, prompt: () => ['Say it again.', `%say ${SAID}`, '%pieces 6', '%cut 3 1', end] },
  tooLong: {
    title: 'too long',
    judge: (ran, { name }) => (ran.code === 'time limit' || ran.requests.length === 0 ? failed(ran) : ran.requests.length > 4 ? `asked ${ran.requests.length} times`
      : TOO_LONG[name.split('-')[0]].test(ran.output + ran.errors) ? 'ok' : failed(ran)),
    prompt: () => ['Say it.', '%toolong', end],
  },
  // One that takes the second for the first asks again without end.
  ids: {
    title: 'ids twice', providers: ['openai'], judge: (ran) => (ran.requests.length > 5 ? `asked ${ran.requests.length} times` : shows(/Both done\. result\[.*result\[/)(ran)),
    prompt: ({ shell }, work) => ['Print the note twice.', '%ids call', shell(`${work}/note.txt`), '%then', '%ids call', shell(`${work}/note.txt`), '%then', '%say Both done.', end],
  },
  mcp: { title: 'MCP', only: ['codex'], judge: shows(/result\[[^\]]*12 degrees in Oslo/), prompt: () => ['Tell the weather.', '%call get_weather {"city":"Oslo"}', '%then', '%say It is.', end] },
  patch: {
    title: 'custom tool', only: ['codex'], model: 'gpt-5.5', judge: thinks(shows(/Success\. Updated the following files/), ['codex']),
    prompt: () => ['Add a file.', '%think I must add it.', `%call apply_patch ${JSON.stringify({ input: '*** Begin Patch\n*** Add File: new.txt\n+New.\n*** End Patch\n' })}`, '%then', '%say All done.', end],
  },
  additional: {
    title: 'additional tools', only: ['codex'], model: 'gpt-6-sol', judge: shows(/result\[(?![^\]]*(aborted|unsupported))/),
    prompt: () => ['Count.', `%call exec ${JSON.stringify({ input: 'text(1 + 1)' })}`, '%then', '%say All done.', end],
  },
};
