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
 * @param {string | any[]} content of the last question
 */
export function programFor(settings, content) {
  const { lanes, together, hedgeAfter, system, tools } = settings;
  const isFallback = lanes.length > 1 && together === 'fallback';
  const isSide = lanes.length > 1 && !isFallback;
  const isWithTools = (lane) => tools && (isFallback ? lanes.every(takesTools) : takesTools(lane));
  const hasTools = lanes.some(isWithTools);
  const isMixed = hasTools && !lanes.every(isWithTools);
  const names = new Set(lanes.map(classOf));
  if (isFallback) names.add('Fallback');
  if (lanes.some(({ provider }) => isCompatible(provider))) names.add('SERVICES');
  const make = (lane, more) => {
    const name = classOf(lane);
    const given = literal({ ...providerSettings(lane), ...more }, isCompatible(lane.provider) ? [`...SERVICES.${lane.provider}`] : []);
    return isPreset(name) ? `${name}.with(${given})` : `new ${name}(${given})`;
  };
  const hedge = hedgeAfter !== '' ? `, { hedgeAfter: ${Number(hedgeAfter) * 1000} }` : '';
  const chat = isFallback || isSide
    ? `[\n${lanes.map((lane) => `  ${make(lane, asSettings(laneOptions(lane)))},`).join('\n')}\n]`
    : make(lanes[0], {});
  const message = { role: 'user', content: shortened(content) };
  const messages = system ? [{ role: 'system', content: system }, message] : typeof content === 'string' ? message.content : [message];
  const { options: shared, trouble } = sharedOf(settings);
  const toolbox = new Name('[clock, calculator]');
  const options = {
    messages, ...(lanes.length === 1 && laneOptions(lanes[0])), ...shared, ...(settings.raw && { includeRaw: true }),
    ...(hasTools && !isMixed && { tools: toolbox }),
  };
  const ask = (name) => (hasTools ? `runTools(${name}, ${literal(options)})` : `${name}.createAsyncGenerator(${literal(options)})`);
  const columns = lanes.flatMap((lane, index) => (isWithTools(lane) ? [index] : []));
  const side = isMixed
    ? [`const options = ${literal(options)};`, 'await Promise.all(chats.map(async (chat, column) => {', '  // chatbots of sites have no tools',
      `  const reply = ${literal(columns)}.includes(column) ? runTools(chat, { ...options, tools: ${toolbox.text} }) : chat.createAsyncGenerator(options);`,
      '  for await (const text of reply) show(column, text);', '}));']
    : ['await Promise.all(chats.map(async (chat, column) => {', `  for await (const text of ${ask('chat')}) show(column, text);`, '}));'];
  return [
    `import { ${[...names].join(', ')} } from 'rivulet';`,
    ...(hasTools ? ["import { runTools } from 'rivulet/tools';"] : []),
    ...(isSide ? [`const chats = ${chat};`] : [`const chat = ${isFallback ? `new Fallback(${chat}${hedge})` : chat};`]),
    ...(isSide ? side
      : [`const reply = ${ask('chat')};`, 'for await (const text of reply) document.body.append(text);']),
    ...(trouble ? ['// responseFormat is missing: the schema of the answer is no JSON object yet, and the page asks for nothing before it is one'] : []),
    ...(hasTools ? ['// a tool: { name, description, parameters, run(args) { … } }'] : []),
    ...(isSide || hasTools ? []
      : [lanes.every(({ provider }) => isService(provider)) && !isFallback
        ? '// the next call goes on if this turn is among its messages'
        : 'const { conversation } = reply; // the next call goes on with it']),
  ].join('\n');
}

/** The options that all calls have. `trouble`: the visitor's schema is not complete yet, and is left out. */
function sharedOf(settings) {
  try {
    return { options: sharedOptions(settings), trouble: false };
  } catch {
    return { options: sharedOptions({ ...settings, schema: '' }), trouble: true };
  }
}

/** A question with the begin of its texts and of the data of its files. */
function shortened(content) {
  if (Array.isArray(content)) return content.map(shortened);
  if (typeof content === 'object' && content !== null) return Object.fromEntries(Object.entries(content).map(([name, value]) => [name, shortened(value)]));
  const characters = typeof content === 'string' ? Array.from(content.slice(0, 2 * LONGEST_PROMPT + 2)) : [];
  return characters.length > LONGEST_PROMPT ? `${characters.slice(0, LONGEST_PROMPT).join('')}…` : content;
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
  const fields = [...first, ...Object.entries(value).map(([name, field]) => `${memberName(name)}: ${literal(field)}`)];
  return fields.length ? `{ ${fields.join(', ')} }` : '{}';
}

/** Written plainly, `__proto__` would set the prototype. */
function memberName(name) {
  if (name === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

/** A string as JavaScript writes it, in single quotes; the escapes are those of JSON. */
const quoted = (text) => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll('\'', '\\\'')}'`;
