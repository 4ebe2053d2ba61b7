import { ownProperties } from '../options.js';
import { approvalOf, checkOptions, checkPages, namer } from './foreign.js';
import { errorWith } from './result.js';
import { tool } from './tool.js';

/** Resources that are text, though they came as bytes. */
const TEXT_TYPES = /^text\/|[/+](json|xml|yaml|csv|javascript)\b/i;

export async function mcpTools(client, options) {
  const given = ownProperties(options);
  const check = checkOptions(given, 'mcpTools');
  check(typeof client?.listTools === 'function' && typeof client.callTool === 'function', "give a connected Client of '@modelcontextprotocol/sdk'");
  const { signal, timeout, prefix } = given;
  const nameOf = namer(prefix);
  // The SDK has defaults of its own for what is left out.
  const request = (own) => ({ ...(own && { signal: own }), ...(timeout !== undefined && { timeout }) });
  const list = [];
  let cursor;
  for (let page = 0; ; page++) {
    checkPages(page, 'the MCP server');
    const { tools, nextCursor } = await client.listTools(cursor === undefined ? undefined : { cursor }, request(signal));
    for (const each of tools) list.push(each);
    if ((nextCursor ?? undefined) === undefined || nextCursor === cursor) break;
    cursor = nextCursor;
  }
  return list.map(({ name, title, description, inputSchema, annotations }) => tool({
    name: nameOf(name),
    description: description || title || annotations?.title,
    parameters: inputSchema,
    needsApproval: approvalOf(given, { name, title, description, annotations }),
    run: async (args, context) => contentOf(await client.callTool({ name, arguments: args }, undefined, request(context.signal))),
  }));
}

/** The result of a call as `runTools` takes it. Throws one that the server calls an error. */
function contentOf({ content = [], structuredContent, isError, toolResult }) {
  const parts = content.map(partOf);
  if (structuredContent !== undefined && !content.some((part) => isJsonOf(part, structuredContent))) {
    parts.push(textPart(JSON.stringify(structuredContent)));
  }
  // Servers of before November 2024 have nothing else.
  if (toolResult !== undefined && parts.length === 0) parts.push(textPart(typeof toolResult === 'string' ? toolResult : JSON.stringify(toolResult)));
  const result = parts.every(({ type }) => type === 'text') ? parts.map(({ text }) => text).join('\n\n') : parts;
  if (isError) throw errorWith(result || 'the tool failed, and does not say why');
  return result;
}

const textPart = (text) => ({ type: 'text', text });

/** Whether a part is the text of the structured result, which servers give for clients that know no structured ones. */
function isJsonOf({ type, text }, structured) {
  try {
    return type === 'text' && JSON.stringify(JSON.parse(text)) === JSON.stringify(structured);
  } catch {
    return false;
  }
}

function partOf(part) {
  const { type, text, data, mimeType, resource } = part ?? {};
  if (type === 'text' && typeof text === 'string') return textPart(text);
  if ((type === 'image' || type === 'audio') && data && typeof data === 'string' && mimeType) return { type, data, mimeType };
  if (type === 'resource' && resource) return resourcePart(resource);
  return textPart(JSON.stringify(part));
}

function resourcePart({ uri, mimeType = '', text, blob }) {
  if (typeof text === 'string') return textPart(`${uri}:\n${text}`);
  if (typeof blob === 'string') {
    if (/^(image|audio)\//.test(mimeType)) return { type: mimeType.split('/', 1)[0], data: blob, mimeType };
    if (mimeType === 'application/pdf') {
      return { type: 'file', file: { file_data: `data:${mimeType};base64,${blob}`, filename: fileName(uri) } };
    }
    if (TEXT_TYPES.test(mimeType)) return textPart(`${uri}:\n${textOf(blob)}`);
  }
  return textPart(JSON.stringify({ uri, mimeType, blob }));
}

const fileName = (uri) => String(uri).split(/[?#]/, 1)[0].split('/').pop() || 'file.pdf';

const textOf = (blob) => new TextDecoder().decode(Uint8Array.from(atob(blob), (letter) => letter.charCodeAt(0)));
