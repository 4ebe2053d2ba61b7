// What the stub services answer to people and to the recipes of docs/, whose prompts hold no script (script.mjs): they call a tool that the
// prompt seems to need, give JSON that fits a schema, and say what came of files and of thinking.

import { blobWord, cut } from './script.mjs';

/**
 * @param {import('./script.mjs').Asked} asked
 * @param {any} body the request, in the service's own form
 * @returns {import('./script.mjs').Plan}
 */
export function talk({ items, tools, thinking, schema }, body) {
  const at = items.findLastIndex(({ role }) => role === 'user');
  const prompt = items[at]?.text ?? '';
  const since = items.slice(Math.max(at, 0));
  const results = since.filter(({ role }) => role === 'tool').map(({ text }) => text);
  const wanted = results.length === 0 ? tools.filter((name) => isNeeded(name, prompt)) : [];
  const calls = wanted.map((name) => ({ name, args: JSON.stringify(sample(schemaOf(body, name), prompt)) }));
  const blobs = since.flatMap(({ pictures = [], files = [] }) => [...pictures.map((blob) => blobWord('picture', blob)), ...files.map((blob) => blobWord('file', blob))]);
  const earlier = items.slice(0, Math.max(at, 0)).filter(({ role }) => role === 'user').map(({ text }) => `"${text}"`);
  const words = [
    `You asked: "${prompt.trim()}".`,
    ...(results.length ? [`The tool says: ${results.join('; ')}.`] : []),
    ...(blobs.length ? [`I see ${blobs.join(' and ')}.`] : []),
    ...(earlier.length ? [`Before that you asked ${earlier.join(' and ')}.`] : []),
  ].join(' ');
  const text = calls.length ? '' : schema ? JSON.stringify(sample(answerSchema(body), prompt)) : words;
  return {
    thinking: thinking ? 'The user wants an answer. I give one.' : '',
    pieces: cut(text, 12),
    calls,
    ids: undefined,
    pause: 20,
    silent: 0,
    fault: undefined,
    refusal: undefined,
  };
}

/** Whether one of the words in the name of a tool is in the prompt: `get_weather` and "What is the weather in Oslo?". */
const isNeeded = (name, prompt) => name.split(/[^a-zA-Z]+|(?=[A-Z])/).some((word) => word.length > 3 && prompt.toLowerCase().includes(word.toLowerCase()));

const SCHEMAS = ['parameters', 'parametersJsonSchema', 'input_schema'];

/** The schema of a tool's arguments, wherever the service has it. */
function schemaOf(value, name) {
  if (value === null || typeof value !== 'object') return undefined;
  const key = value.name === name && SCHEMAS.find((key) => value[key]);
  if (key) return value[key];
  for (const inner of Object.values(value)) {
    const found = schemaOf(inner, name);
    if (found) return found;
  }
  return undefined;
}

/** The schema of the answer, wherever the service has it. */
const answerSchema = (body) => body.response_format?.json_schema?.schema ?? body.text?.format?.schema ?? body.output_config?.format?.schema
  ?? body.generationConfig?.responseJsonSchema ?? body.format;

/** A value that fits a schema, with what the prompt says: a name in capital letters for a text, its numbers for numbers. */
function sample(schema, prompt, key = 'text') {
  if (!schema || typeof schema !== 'object') return key;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum.find((word) => prompt.toLowerCase().includes(String(word).toLowerCase())) ?? schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return sample(choices[0], prompt, key);
  // Arithmetic, for a calculator.
  const sum = key === 'expression' && /[\d(][\d\s.+\-*/^()]*[\d)]/.exec(prompt)?.[0];
  if (sum) return sum;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type ?? (schema.properties ? 'object' : 'string');
  const number = Number(/-?\d+(\.\d+)?/.exec(prompt)?.[0] ?? 7);
  switch (type) {
    case 'object': return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, sample(inner, prompt, name)])
      // A text that may be left out, and of which the prompt says nothing.
      .filter(([name, value]) => value !== name || (schema.required ?? []).includes(name)));
    case 'array': return Array.from({ length: Math.max(schema.minItems ?? 0, 2) }, () => sample(schema.items, prompt, key));
    case 'integer': return Math.max(schema.minimum ?? -Infinity, Math.trunc(number));
    case 'number': return Math.max(schema.minimum ?? -Infinity, number);
    case 'boolean': return true;
    case 'null': return null;
    default: return /(?<=\w\s+)\p{Lu}\p{Ll}+/u.exec(prompt)?.[0] ?? key;
  }
}
