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
];

/** @type {import('./table.mjs').Exception[]} What the endpoint does not do yet. Such a test may fail, and its failure is listed. */
export const PENDING = [
  {
    clients: /./, features: ['state', 'stateWhole'], providers: ['anthropic'], word: /^(needless|off)$/,
    because: 'thinking is switched off for a request that has the thinking of the turn',
  },
  {
    clients: /@anthropic-ai|^Python's anthropic/, features: ['reasoning', 'state', 'stateWhole'], providers: ['responses', 'gemini', 'ollama'], word: /^(not shown|off|needless)$/,
    because: 'a budget of thinking in Messages does not become an effort of another service',
  },
  { clients: /anthropic/, features: ['usage'], word: /^no reasoning$/, because: 'usage in Messages lacks output_tokens_details.thinking_tokens' },
  { clients: /@langchain\/anthropic/, features: ['usage'], word: /^0 in, 17 out$/, because: 'LangChain keeps the counts of message_start, which has zeros even where the service has told its counts by then' },
  {
    clients: /@anthropic-ai|^Python's anthropic/, features: ['tooLong'], providers: ['responses', 'ollama'], word: /prompt is too long: This model's/,
    because: 'the words have no numbers: `prompt is too long: N tokens > M maximum`',
  },
  {
    clients: /./, features: ['tool', 'toolWhole', 'parallel', 'look', 'state', 'stateWhole'], providers: ['deepseek'], word: /reasoning_content/,
    because: 'DeepSeek wants reasoning_content on every assistant message with calls, empty where there is none',
  },
  {
    clients: /./, features: ['tool', 'toolWhole', 'parallel', 'state'], word: /Unknown parameter: 'messages\[1\]\.(parsed|tool_calls\[0\]\.index|content\[0\]\.(annotations|refusal|role|logprobs))'/,
    because: 'members of messages, calls and text parts that Chat Completions do not have go on to the service',
  },
  { clients: /, chat/, features: ['stateWhole'], providers: ['responses'], word: /^lost$/, because: 'Responses are not asked for encrypted reasoning, so there is none in reasoning_details' },
];

/** What recorded requests wait for. @type {{ word: RegExp, because: string }[]} */
export const PENDING_RECORDED = [];
