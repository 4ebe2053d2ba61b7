// The request that hand-written code sends; what it is, the local answers do not care.

const PATHS = {
  openai: '/v1/chat/completions',
  thoughts: '/v1/chat/completions',
  calls: '/v1/chat/completions',
  'ai-engine': '/wp-json/mwai-ui/v1/chats/submit',
  anthropic: '/v1/messages',
  ollama: '/api/chat',
};

export const post = ({ dialect, url, fetch = globalThis.fetch }, more = {}) => fetch(url + PATHS[dialect], {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer sk-bench', ...more },
  body: JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
});
