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
    clients: /anthropic (3|4)\.|@langchain\/anthropic|@anthropic-ai/, features: ['stream', 'whole', 'tool', 'toolWhole', 'parallel', 'schema', 'reasoning', 'state', 'stateWhole', 'picture', 'look', 'file', 'usage', 'tooLong', 'limit', 'fail', 'cut', 'abort', 'silent'],
    word: /Not Found|Unknown request URL/, because: "Anthropic's Messages API is being built",
  },
  { clients: /responses|openai (3|4)\./, features: ['fail', 'cut'], word: /NOT NOTICED/, because: 'Responses: the error event is flat, and no response.failed follows' },
  { clients: /./, features: ['tooLong'], word: /./, because: 'the code context_length_exceeded, from the words of every service' },
  { clients: /./, features: ['limit'], word: /RateLimit|Rate limit|rate limit|quota|concurrent/, because: 'the code rate_limit_exceeded' },
  { clients: /./, features: ['state', 'stateWhole'], providers: ['anthropic'], word: /Expected `thinking`/, because: 'the state of thinking is not carried, and thinking is not switched off' },
  {
    clients: /./, features: ['tool', 'toolWhole', 'parallel', 'look', 'state', 'stateWhole'], providers: ['deepseek'], word: /reasoning_content/,
    because: 'DeepSeek wants reasoning_content on every assistant message with calls, empty where there is none',
  },
  {
    clients: /./, features: ['tool', 'toolWhole', 'parallel', 'state'], word: /Unknown parameter: 'messages\[1\]\.(parsed|content\[0\]\.(annotations|refusal|role|logprobs))'/,
    because: 'members of messages and text parts that Chat Completions do not have go on to the service',
  },
];
