// What some clients make of a feature otherwise, and why.

/** @type {import('./table.mjs').Exception[]} Nothing is wrong with the endpoint there. */
export const EXCEPTIONS = [
  {
    clients: /./, features: ['file'], providers: ['ollama'], word: /no way to take/,
    because: 'Ollama takes no files: the request is refused before anything is sent, in words that say so',
  },
  { clients: /./, features: ['usage'], providers: ['ollama'], word: /^no cached, no reasoning$/, because: 'Ollama counts neither what its cache had nor its thinking' },
  { clients: /./, features: ['reasoning'], providers: ['openai'], word: /^not shown$/, because: 'OpenAI shows no reasoning in Chat Completions' },
  {
    clients: /@openai\/agents.* chat$/, features: ['reasoning'], word: /^not shown$/,
    because: '@openai/agents reads the field `reasoning` of OpenRouter only, not `reasoning_content`',
  },
  { clients: /@langchain\/anthropic/, features: ['usage'], providers: ['anthropic'], word: /^no reasoning$/, because: 'LangChain does not read output_tokens_details' },
  {
    clients: /@langchain\/anthropic/, features: ['usage'], providers: ['openai'], word: /^0 in, 17 out$/,
    because: 'LangChain keeps the input tokens of message_start, and a service of OpenAI tells its counts at the end',
  },
];

/** @type {import('./table.mjs').Exception[]} What the endpoint does not do yet: such a test may fail, and its failure is listed. Nothing is left now. */
export const PENDING = [];

/** What recorded requests wait for. @type {{ word: RegExp, because: string }[]} */
export const PENDING_RECORDED = [];
