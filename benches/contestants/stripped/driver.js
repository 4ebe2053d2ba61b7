// A ReplyDriver of the glue as rivulet's own JavaScript makes one, with a stand-in for `Host`.

const PROTOCOLS = { openai: 'OpenAiChat', 'ai-engine': 'AiEngine', anthropic: 'Anthropic' };

export function driverFor(ReplyDriver, { dialect, fetch, url }, buffer) {
  const host = { isOver: false, ownsFetch: true, load: async () => undefined, save() {}, send: fetch, ask: whole(fetch) };
  const settings = dialect === 'ai-engine' ? { url } : { baseUrl: `${url}/v1`, apiKey: 'sk-bench', defaultModel: 'bench' };
  return new ReplyDriver(PROTOCOLS[dialect], JSON.stringify(settings), JSON.stringify({ options: { messages: 'Hi' } }), host, buffer);
}

const whole = (fetch) => async (url, init) => {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
};
