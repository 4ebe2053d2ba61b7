// Clients in Python: a process for each, which is asked all its cells at once.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { pythonWith } from '../../scripts/lib/python.mjs';
import { LOOK, SCHEMA, TOOL } from './features.mjs';
import { PICTURE } from './samples.mjs';

export const VERSIONS = { openai: '3.57.0', anthropic: '2.14.0', 'pydantic-ai-slim[openai,anthropic]': '2.68.0', litellm: '1.110.2', llm: '0.36' };

export const python = () => pythonWith('clients', Object.entries(VERSIONS).map(([name, version]) => `${name}==${version}`));

/** The most that all cells of a client may take. */
const LIMIT_MS = 150_000;

const textOnly = { look: 'Chat Completions has text only in results of tools' };
const both = ['state', 'stateWhole'];
const noAbort = { abort: 'it has no call that leaves a stream' };

/** @type {Record<string, { api: string, client: string, cannot?: Record<string, string>, only?: string[], carries?: string[] }>} */
export const CLIENTS = {
  [`Python's openai ${VERSIONS.openai}, chat`]: { api: 'chat', client: 'openai:chat', cannot: textOnly, carries: both },
  [`Python's openai ${VERSIONS.openai}, responses`]: { api: 'responses', client: 'openai:responses', carries: both },
  [`Python's anthropic ${VERSIONS.anthropic}`]: { api: 'messages', client: 'anthropic:', carries: both },
  [`Python's anthropic ${VERSIONS.anthropic}, tool_runner`]: { api: 'messages', client: 'anthropic:runner', carries: both, only: ['tool', 'toolWhole', 'parallel', 'state', 'stateWhole', 'look'] },
  [`pydantic-ai ${VERSIONS['pydantic-ai-slim[openai,anthropic]']}, chat`]: { api: 'chat', client: 'pydantic_ai:chat' },
  [`pydantic-ai ${VERSIONS['pydantic-ai-slim[openai,anthropic]']}, responses`]: { api: 'responses', client: 'pydantic_ai:responses' },
  [`pydantic-ai ${VERSIONS['pydantic-ai-slim[openai,anthropic]']}, anthropic`]: { api: 'messages', client: 'pydantic_ai:messages', carries: both },
  [`litellm ${VERSIONS.litellm}, openai/`]: { api: 'chat', client: 'litellm:openai', cannot: { ...textOnly, ...noAbort } },
  [`litellm ${VERSIONS.litellm}, anthropic/`]: { api: 'messages', client: 'litellm:anthropic', cannot: noAbort, carries: both },
  [`llm ${VERSIONS.llm}`]: {
    api: 'chat', client: 'llm:', cannot: { ...textOnly, ...noAbort, limit: 'it asks again by itself, after as long as it is told', reasoning: 'it does not read reasoning_content', file: 'it takes pictures only for such models' },
  },
};

/**
 * @param {string} name in `CLIENTS`
 * @param {{ baseURL: string, key: string, cells: { id: string, model: string, ask: import('./features.mjs').Ask }[], onTold: (id: string, told: any) => void }} given
 * @returns {Promise<string>} what it complained about
 */
export async function runPython(name, { baseURL, key, cells, onTold }) {
  const child = spawn(await python(), [new URL('./python/main.py', import.meta.url).pathname], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', PYTHONDONTWRITEBYTECODE: '1', LITELLM_LOCAL_MODEL_COST_MAP: 'True', DO_NOT_TRACK: '1', NO_PROXY: '127.0.0.1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(JSON.stringify({ client: CLIENTS[name].client, baseURL, key, picture: PICTURE.toString('base64'), tool: TOOL, look: LOOK, schema: SCHEMA, cells }));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    const { id, told } = JSON.parse(line);
    onTold(id, told);
  }
  const [code] = await closed;
  clearTimeout(timer);
  return code === 0 ? '' : `ended with ${code}: ${errors.slice(-600)}`;
}
