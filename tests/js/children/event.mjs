// The largest that a service may send by default, of one kind: how much memory the core takes for it. `event.mjs KIND`

const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...given) {
    super(...given);
    memories.push(...Object.values(this.exports).filter((value) => value instanceof WebAssembly.Memory));
  }
};
const { Anthropic, OpenAiChat } = await import('../../../dist/index.js');

const MB = 1024 * 1024;
const [kind] = process.argv.slice(2);
const choices = (delta) => `data: {"choices":[{"index":0,"delta":${delta}}]}\n\n`;
const array = (item) => (bytes) => `data: {"choices":[],"x":[${item.repeat(Math.floor(bytes / item.length) - 8)}0]}\n\n`;

/** A body of about so many bytes. */
const BODIES = {
  text: (bytes) => choices(`{"content":"${'a'.repeat(bytes - 100)}"}`),
  lines: (bytes) => choices(`{"content":"${'\\n'.repeat(bytes / 2 - 100)}"}`),
  numbers: array('0,'),
  strings: array('"a",'),
  objects: array('{"":0},'),
  members: (bytes) => `data: {"choices":[],${Array.from({ length: bytes / 11 }, (_, at) => `"${at}":0`).join()}}\n\n`,
  calls: (bytes) => Array.from({ length: bytes / 150 }, (_, at) => choices(`{"tool_calls":[{"index":${at},"id":"c${at}","function":{"name":"f","arguments":"{}"}}]}`)).join(''),
  thoughts: (bytes) => `data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}\n\n`
    + `data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"${'a'.repeat(1000)}"}}\n\n`.repeat(bytes / 1100),
};

const Provider = kind === 'thoughts' ? Anthropic : OpenAiChat;
async function ask(bytes) {
  const body = new TextEncoder().encode(BODIES[kind](bytes));
  let at = 0;
  const pull = (controller) => {
    const chunk = body.subarray(at, at += 64 * 1024);
    if (chunk.length) controller.enqueue(chunk);
    else controller.close();
  };
  const fetch = async () => new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
  await new Provider({ apiKey: 'sk', defaultModel: 'm', retries: 0, fetch }).createAsync({ messages: 'Hi' }).catch(() => {});
}

// What is refused takes less than what is not, so several sizes are tried.
for (const size of [2.8, 5.6, 11, 15.9]) await ask(Math.floor(size * MB));
console.log(JSON.stringify({ most: Math.max(...memories.map(({ buffer }) => buffer.byteLength)) }));
