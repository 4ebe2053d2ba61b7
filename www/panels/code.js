// The code that does what the page does with the current settings, in five lines.

import { el } from '../page/dom.js';
import { callOptions, isPreset, isService, classOf, providerSettings } from '../settings/providers.js';
import { syntax } from '../text/syntax.js';

const LONGEST_PROMPT = 60;

/**
 * @param {import('../settings/providers.js').Settings} settings the key in them, if any, is a placeholder, since the code is for copying
 * @param {string} prompt the last message
 */
export function fiveLines(settings, prompt) {
  const name = classOf(settings);
  const given = literal(providerSettings(settings));
  const characters = Array.from(prompt);
  const message = characters.length > LONGEST_PROMPT ? `${characters.slice(0, LONGEST_PROMPT).join('')}…` : prompt;
  const options = literal({ messages: message, ...callOptions(settings) });
  return [
    `import { ${name} } from 'rivulet';`,
    `const chat = ${isPreset(name) ? `${name}.with(${given})` : `new ${name}(${given})`};`,
    `const reply = chat.createAsyncGenerator(${options});`,
    'for await (const text of reply) document.body.append(text);',
    isService(name)
      ? '// the next call goes on if this turn is among its messages'
      : 'const { conversation } = reply; // the next call goes on with it',
  ].join('\n');
}

/** Source text as nodes, with a class for each comment, string and keyword. @param {string} source @returns {(Node | string)[]} */
export function coloured(source) {
  const colours = syntax('js');
  return source.split(/(?<=\n)/).flatMap((line) => colours(line)).map(([kind, text]) => (kind ? el('span', { className: kind }, text) : text));
}

function literal(value) {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${literal(field)}`);
  return fields.length ? `{ ${fields.join(', ')} }` : '{}';
}

/** A string as JavaScript writes it, in single quotes; the escapes are those of JSON. */
const quoted = (text) => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\'', '\\\'')}'`;
