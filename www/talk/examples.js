// Example messages. Those of the last group make the local test site fail on purpose; other sites do not know them.

import { el } from '../page/dom.js';
import { SHOWCASES } from './showcases.js';

const GROUPS = [
  ['Languages', [['English', 'Hello! How are you?'], ['Русский', 'Привет! Как дела?'], ['العربية', 'مرحبا، كيف حالك؟'],
    ['日本語', 'こんにちは、元気ですか？'], ['中文', '你好，你好吗？'], ['한국어', '안녕하세요, 잘 지내요?']]],
  ['Kinds of text', [['Markdown', 'Answer in markdown, please'], ['Emoji', 'Some emoji, please'], ['A story', 'Tell me a long story'],
    ['Slowly', 'Say something slow'], ['What do you remember?', 'Please recall what you were sent']]],
];

const TOOLS = ['Tools', [['What time is it?', 'What time is it in Oslo?'], ['A sum', 'Please calculate (17 + 4) * 2.5'],
  ['Both', 'Calculate 365 * 24, and tell me the time.']]];

const FORM = ['JSON', [['Fill it in', 'Please note that Ada is 36 years old and likes numbers and music.']]];

const TROUBLE = ['When it goes wrong', [['Rate limit', 'ERR_429'], ['Key of the site', 'ERR_401'], ['Banned word', 'ForbiddenWord'],
  ['Breaks off', 'FAULT truncate after=4'], ['Connection lost', 'FAULT reset after=4'], ['Firewall', 'FAULT html status=403'],
  ['Falls silent', 'FAULT stall after=4'], ['Busy once, then fine', 'FAULT status status=503 retryAfter=1 times=1']]];

/**
 * @param {HTMLElement} parent
 * @param {{ isLocal: boolean, hasTools: boolean, hasSchema: boolean, hasStandIns: boolean }} now `isLocal`: the site of `npm start` answers;
 *   `hasStandIns`: so do its stand-ins for services
 * @param {(prompt: string, settings?: any) => void} onChoose `settings`: those that the message is to be asked with, if any
 */
export function showExamples(parent, { isLocal, hasTools, hasSchema, hasStandIns }, onChoose) {
  const showcases = ['What it can do', SHOWCASES.map(([label, settings, prompt]) => [label, prompt, settings])];
  const groups = [...(hasStandIns ? [showcases] : []), ...(hasTools ? [TOOLS] : []), ...(hasSchema ? [FORM] : []), ...GROUPS, ...(isLocal ? [TROUBLE] : [])];
  parent.replaceChildren(...groups.map(([title, prompts]) => {
    const buttons = prompts.map(([label, prompt, settings]) => el('button', {
      type: 'button', className: 'small', title: prompt, onclick: () => onChoose(prompt, settings?.()),
    }, label));
    return el('div', { className: 'group', role: 'group', 'aria-label': title }, el('h3', {}, title), el('div', { className: 'prompts' }, ...buttons));
  }));
}
