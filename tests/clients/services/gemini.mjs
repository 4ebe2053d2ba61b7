// Gemini 3 by the types of @google/genai and the pages on function calling and thought signatures.

import { COUNTS, Refusal, sign, unknownKey } from '../script.mjs';

export const route = /^\/v1beta\/models\/[^/:]+:(generateContent|streamGenerateContent\?alt=sse)$/;
export const isWhole = (_, path) => !path.includes(':stream');

const refuse = (code, status, message, details) => new Refusal(code, { error: { code, message, status, ...(details && { details }) } });
export const refusal = (message) => refuse(400, 'INVALID_ARGUMENT', message);
export const refusals = {
  toolong: () => refusal('The input token count (1048999) exceeds the maximum number of tokens allowed (1048576).'),
  limit: () => refuse(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please check your plan and billing details.\nPlease retry in 120s.', [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '120s' }]),
  overloaded: () => refuse(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
  quota: () => refuse(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please check your plan and billing details.'),
};

const BODY = ['contents', 'systemInstruction', 'tools', 'toolConfig', 'safetySettings', 'generationConfig', 'cachedContent', 'labels', 'serviceTier', 'store'];
const PART = ['text', 'thought', 'thoughtSignature', 'inlineData', 'fileData', 'functionCall', 'functionResponse', 'executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse', 'videoMetadata', 'mediaResolution'];
const CONFIG = ['temperature', 'topP', 'topK', 'candidateCount', 'maxOutputTokens', 'stopSequences', 'seed', 'presencePenalty', 'frequencyPenalty', 'responseMimeType', 'responseSchema',
  'responseJsonSchema', 'responseLogprobs', 'logprobs', 'responseModalities', 'thinkingConfig', 'speechConfig', 'mediaResolution', 'imageConfig', 'enableEnhancedCivicAnswers'];
const SKIP = ['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'];

const unknown = (key, where) => refusal(`Invalid JSON payload received. Unknown name "${key}"${where ? ` at '${where}'` : ''}: Cannot find field.`);

export function read(body, { headers }) {
  if (!headers['x-goog-api-key']?.startsWith('sk-placeholder')) throw refuse(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.');
  const strange = unknownKey(body, BODY);
  if (strange) throw unknown(strange, '');
  const config = body.generationConfig ?? {};
  const strangeConfig = unknownKey(config, CONFIG);
  if (strangeConfig) throw unknown(strangeConfig, 'generation_config');
  if (config.thinkingConfig?.thinkingLevel && !/^(minimal|low|medium|high|xhigh)$/i.test(config.thinkingConfig.thinkingLevel)) throw refusal(`Invalid value at 'generation_config.thinking_config.thinking_level' (type.googleapis.com/google.ai.generativelanguage.v1main.ThinkingConfig.ThinkingLevel), "${config.thinkingConfig.thinkingLevel}"`);
  if (!Array.isArray(body.contents) || body.contents.length === 0) throw refusal('* GenerateContentRequest.contents: contents is not specified\n');
  const declared = (body.tools ?? []).flatMap(({ functionDeclarations = [] }) => functionDeclarations);
  for (const [at, tool] of declared.entries()) {
    const key = unknownKey(tool, ['name', 'description', 'parameters', 'parametersJsonSchema', 'response', 'responseJsonSchema', 'behavior']);
    if (key) throw unknown(key, `tools[0].function_declarations[${at}]`);
    if (!/^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/.test(tool.name)) throw refusal(`* GenerateContentRequest.tools[0].function_declarations[${at}].name: Invalid function name. Must start with a letter or an underscore.\n`);
  }
  if (/"const":/.test(JSON.stringify(config.responseJsonSchema ?? {}))) throw refusal('const is not supported in the schema');
  return {
    items: readContents(body.contents),
    tools: declared.map(({ name }) => name),
    thinking: Boolean(config.thinkingConfig?.includeThoughts),
    schema: Boolean(config.responseJsonSchema ?? config.responseSchema) && config.responseMimeType === 'application/json',
  };
}

function readContents(contents) {
  const items = [];
  let open = [];
  const lastText = contents.findLastIndex(({ role, parts }) => role !== 'model' && parts?.some(({ functionResponse }) => !functionResponse));
  for (const [at, content] of contents.entries()) {
    const strange = unknownKey(content, ['role', 'parts']);
    if (strange) throw unknown(strange, `contents[${at}]`);
    if (!['user', 'model'].includes(content.role)) throw refusal('Please use a valid role: user, model.');
    if (!content.parts?.length) throw refusal(`* GenerateContentRequest.contents[${at}].parts: contents.parts must not be empty.\n`);
    for (const [nth, part] of content.parts.entries()) {
      const key = unknownKey(part, PART);
      if (key) throw unknown(key, `contents[${at}].parts[${nth}]`);
      if (part.functionResponse && (typeof part.functionResponse.response !== 'object' || Array.isArray(part.functionResponse.response))) throw refusal(`Invalid value at 'contents[${at}].parts[${nth}].function_response.response' (type.googleapis.com/google.protobuf.Struct), "${part.functionResponse.response}"`);
      if (part.functionCall && (typeof (part.functionCall.args ?? {}) !== 'object' || Array.isArray(part.functionCall.args))) throw refusal(`Invalid value at 'contents[${at}].parts[${nth}].function_call.args' (type.googleapis.com/google.protobuf.Struct)`);
      if (part.inlineData && !part.inlineData.mimeType) throw refusal('Unable to determine MIME type of inline data');
    }
    const responses = content.parts.filter(({ functionResponse }) => functionResponse);
    if (open.length || responses.length) {
      if (responses.length !== open.length) {
        throw refusal(responses.length && !open.length
          ? 'Please ensure that function response turn comes immediately after a function call turn.'
          : 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.');
      }
    }
    open = [];
    const text = content.parts.filter((part) => part.text !== undefined && !part.thought).map(({ text: piece }) => piece).join('');
    if (content.role === 'model') {
      const calls = content.parts.filter(({ functionCall }) => functionCall);
      if (calls.length) {
        if (contents[at - 1]?.role === 'model' || at === 0) throw refusal('Please ensure that function call turn comes immediately after a user turn or after a function response turn.');
        checkSignature(calls[0], at, at > lastText);
      }
      open = calls;
      const given = calls[0]?.thoughtSignature;
      items.push({ role: 'assistant', text, calls: calls.map(({ functionCall: { id, name } }) => ({ id: id ?? name, name })), state: Boolean(given) && !SKIP.includes(decoded(given)) && !SKIP.includes(given) });
    } else {
      const blobs = (parts) => {
        const data = parts.filter(({ inlineData }) => inlineData).map(({ inlineData: { mimeType, data: base64 } }) => ({ type: mimeType, bytes: Buffer.from(base64, 'base64') }));
        return { pictures: data.filter(({ type }) => type.startsWith('image/')), files: data.filter(({ type }) => !type.startsWith('image/')) };
      };
      for (const { functionResponse: { id, name, response, parts = [] } } of responses) {
        items.push({ role: 'tool', id: id ?? name, text: typeof response.output === 'string' ? response.output : JSON.stringify(response), ...blobs(parts) });
      }
      if (text || !responses.length || content.parts.some(({ inlineData }) => inlineData)) items.push({ role: 'user', text, ...blobs(content.parts) });
    }
  }
  if (open.length) throw refusal('Please ensure that function call turn is followed by a function response turn.');
  return items;
}

const decoded = (base64) => Buffer.from(base64, 'base64').toString('latin1');

/** Since Gemini 3: the first call of each step of the current turn. */
function checkSignature({ functionCall, thoughtSignature }, at, isCurrent) {
  if (thoughtSignature === undefined) {
    if (isCurrent) throw refusal(`Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${functionCall.name}\` , position ${at}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`);
    return;
  }
  if (SKIP.includes(thoughtSignature) || SKIP.includes(decoded(thoughtSignature))) return;
  if (thoughtSignature !== signature(functionCall.name, functionCall.args)) throw refusal('Thought signature is not valid');
}

const signature = (name, args) => sign('gemini', name, JSON.stringify(args ?? {}));

let count = 0;

export function answer({ thinking, pieces, calls }) {
  const number = ++count;
  const head = { modelVersion: 'gemini-3-stub', responseId: `stub${number}` };
  const usageMetadata = {
    promptTokenCount: COUNTS.input, cachedContentTokenCount: COUNTS.cacheRead, candidatesTokenCount: COUNTS.output - COUNTS.reasoning,
    thoughtsTokenCount: COUNTS.reasoning, totalTokenCount: COUNTS.input + COUNTS.output,
  };
  const event = (parts, more) => `data: ${JSON.stringify({ candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }], usageMetadata, ...head })}\r\n\r\n`;
  const parts = calls.map(({ name, args }, nth) => ({ functionCall: { name, args: JSON.parse(args) }, ...(nth === 0 && { thoughtSignature: signature(name, JSON.parse(args)) }) }));
  const thoughts = thinking ? [{ text: thinking, thought: true }] : [];
  return {
    type: 'text/event-stream',
    before: thoughts.map((part) => event([part])),
    pieces: pieces.map((text) => event([{ text }])),
    after: [...parts.map((part) => event([part])), event([{ text: '' }], { finishReason: 'STOP' })],
    error: [`data: ${JSON.stringify(refusals.overloaded().body)}\r\n\r\n`],
    whole: { candidates: [{ content: { parts: [...thoughts, ...(pieces.length ? [{ text: pieces.join('') }] : []), ...parts], role: 'model' }, finishReason: 'STOP', index: 0 }], usageMetadata, ...head },
  };
}
