// What some command lines make of a task otherwise, and why. See table.mjs.

/** @type {import('./table.mjs').Exception[]} Nothing is wrong with the endpoint there. */
export const EXCEPTIONS = [];

/** @type {import('./table.mjs').Exception[]} What the endpoint does not do yet. Such a test may fail, and its failure is listed. */
export const PENDING = [
  {
    clients: /^(claude|opencode-messages)$/, features: ['tool', 'look', 'picture', 'fail', 'cut', 'tooLong'], word: /selected model|Unknown request URL/,
    because: "Anthropic's Messages API is being built",
  },
  {
    clients: /^codex$/, features: ['mcp', 'patch', 'additional'], word: /^did not show .*: Done\.$/,
    because: 'tools in a namespace, tools that take text and additional_tools are left out of the request, so no model can call them',
  },
];
