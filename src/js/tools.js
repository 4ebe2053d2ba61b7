// `rivulet/tools`: the loop around tool calls, and answers as objects. It works with providers of any entry.

export { ChatError } from './error.js';
export { tool } from './tools/tool.js';
export { runTools } from './tools/run-tools.js';
export { abilityTools } from './tools/abilities.js';
export { mcpTools } from './tools/mcp.js';
