// The program that does what the page does with the current settings.

import { el } from '../page/dom.js';
import {
  asSettings, classOf, isCompatible, isPreset, isService, laneOptions, providerSettings, sharedOptions, takesTools,
} from '../settings/providers.js';
import { syntax } from '../text/syntax.js';

const LONGEST_PROMPT = 60;

/** What stands in a literal as it is: a name of the program. */
class Name {
  constructor(text) {
    this.text = text;
  }
}

/**
 * @param {import('../settings/providers.js').Settings} settings a key in a lane, if any, is a placeholder, since the code is for copying
 * @param {string} prompt the last message
 */
export function programFor(settings, prompt) {
  const { lanes, together, hedgeAfter, system, tools } = settings;
  const isFallback = lanes.length > 1 && together === 'fallback';
  const isSide = lanes.length > 1 && !isFallback;
  const hasTools = tools && (isFallback ? lanes.every(takesTools) : lanes.some(takesTools));
  const names = new Set(lanes.map(classOf));
  if (isFallback) names.add('Fallback');
  if (lanes.some(({ provider }) => isCompatible(provider))) names.add('SERVICES');
  const make = (lane, more) => {
    const name = classOf(lane);
    const given = literal({ ...providerSettings(lane), ...more }, isCompatible(lane.provider) ? [`...SERVICES.${lane.provider}`] : []);
    return isPreset(name) ? `${name}.with(${given})` : `new ${name}(${given})`;
  };
  const hedge = Number(hedgeAfter) > 0 ? `, { hedgeAfter: ${Number(hedgeAfter) * 1000} }` : '';
  const chat = isFallback || isSide
    ? `[\n${lanes.map((lane) => `  ${make(lane, asSettings(laneOptions(lane)))},`).join('\n')}\n]`
    : make(lanes[0], {});
  const characters = Array.from(prompt);
  const message = characters.length > LONGEST_PROMPT ? `${characters.slice(0, LONGEST_PROMPT).join('')}…` : prompt;
  const messages = system ? [{ role: 'system', content: system }, { role: 'user', content: message }] : message;
  const options = literal({
    messages, ...(lanes.length === 1 && laneOptions(lanes[0])), ...shared(settings), ...(hasTools && { tools: new Name('[clock, calculator]') }),
  });
  const ask = (name) => (hasTools ? `runTools(${name}, ${options})` : `${name}.createAsyncGenerator(${options})`);
  return [
    `import { ${[...names].join(', ')} } from 'rivulet';`,
    ...(hasTools ? ["import { runTools } from 'rivulet/tools';"] : []),
    ...(isSide ? [`const chats = ${chat};`] : [`const chat = ${isFallback ? `new Fallback(${chat}${hedge})` : chat};`]),
    ...(isSide
      ? ['await Promise.all(chats.map(async (chat, column) => {', `  for await (const text of ${ask('chat')}) show(column, text);`, '}));']
      : [`const reply = ${ask('chat')};`, 'for await (const text of reply) document.body.append(text);']),
    ...(hasTools ? ['// a tool: { name, description, parameters, run(args) { … } }'] : []),
    ...(isSide || hasTools ? []
      : [lanes.every(({ provider }) => isService(provider)) && !isFallback
        ? '// the next call goes on if this turn is among its messages'
        : 'const { conversation } = reply; // the next call goes on with it']),
  ].join('\n');
}

/** The options that all calls have; none where the visitor's schema is not complete yet. */
function shared(settings) {
  try {
    return sharedOptions(settings);
  } catch {
    return sharedOptions({ ...settings, schema: '' });
  }
}

/** Source text as nodes, with a class for each comment, string and keyword. @param {string} source @returns {(Node | string)[]} */
export function coloured(source) {
  const colours = syntax('js');
  return source.split(/(?<=\n)/).flatMap((line) => colours(line)).map(([kind, text]) => (kind ? el('span', { className: kind }, text) : text));
}

/** A value as JavaScript writes it. `first`: what an object begins with. */
function literal(value, first = []) {
  if (value instanceof Name) return value.text;
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map((item) => literal(item)).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const fields = [...first, ...Object.entries(value).map(([name, field]) => `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)}: ${literal(field)}`)];
  return fields.length ? `{ ${fields.join(', ')} }` : '{}';
}

/** A string as JavaScript writes it, in single quotes; the escapes are those of JSON. */
const quoted = (text) => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\'', '\\\'')}'`;
