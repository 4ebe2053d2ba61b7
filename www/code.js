// The five lines that do what the page does, for the settings of this moment.

import { callOptions, isPreset, isService, nameOf, ownSettings } from './providers.js';

const LONGEST_PROMPT = 60;

/**
 * @param {import('./providers.js').Settings} settings whose key, if there is one, is a placeholder: the code is to be copied
 * @param {string} prompt what was said last
 */
export function fiveLines(settings, prompt) {
  const name = nameOf(settings);
  const own = literal(ownSettings(settings));
  const words = Array.from(prompt);
  const message = words.length > LONGEST_PROMPT ? `${words.slice(0, LONGEST_PROMPT).join('')}…` : prompt;
  const options = literal({ messages: message, ...callOptions(settings) });
  return [
    `import { ${name} } from 'rivulet';`,
    `const chat = ${isPreset(name) ? `${name}.with(${own})` : `new ${name}(${own})`};`,
    `const reply = chat.createAsyncGenerator(${options});`,
    'for await (const text of reply) document.body.append(text);',
    isService(name)
      ? '// the next call goes on if this turn is among its messages'
      : 'const { conversation } = reply; // the next call goes on with it',
  ].join('\n');
}

/** Source text as nodes, with classes for what stylesheets may colour. */
export function coloured(source) {
  const parts = source.split(/('(?:[^'\\\n]|\\.)*'|\/\/.*|\b(?:import|from|const|new|for|await|of)\b)/);
  return parts.filter(Boolean).map((part) => {
    const className = part.startsWith('//') ? 'comment' : part.startsWith('\'') ? 'string' : /^\w+$/.test(part) && KEYWORDS.has(part) ? 'keyword' : '';
    if (!className) return document.createTextNode(part);
    const span = document.createElement('span');
    span.className = className;
    span.textContent = part;
    return span;
  });
}

const KEYWORDS = new Set(['import', 'from', 'const', 'new', 'for', 'await', 'of']);

function literal(value) {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${literal(field)}`);
  return fields.length ? `{ ${fields.join(', ')} }` : '{}';
}

/** JSON's escapes are JavaScript's, too; only the quotes change. */
const quoted = (text) => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\'', '\\\'')}'`;
