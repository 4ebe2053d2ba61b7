/** Services that are compatible with OpenAI's Chat Completions, as settings of `OpenAiChat`. All of them take the key as a Bearer token. */
export const SERVICES = {
  cerebras: { service: 'cerebras', name: 'Cerebras', baseUrl: 'https://api.cerebras.ai/v1' },
  deepseek: { service: 'deepseek', name: 'DeepSeek', baseUrl: 'https://api.deepseek.com' },
  fireworks: { service: 'fireworks', name: 'Fireworks', baseUrl: 'https://api.fireworks.ai/inference/v1' },
  groq: { service: 'groq', name: 'Groq', baseUrl: 'https://api.groq.com/openai/v1' },
  huggingface: { service: 'huggingface', name: 'Hugging Face', baseUrl: 'https://router.huggingface.co/v1' },
  llamacpp: { service: 'llamacpp', name: 'llama.cpp', baseUrl: 'http://localhost:8080/v1' },
  lmstudio: { service: 'lmstudio', name: 'LM Studio', baseUrl: 'http://localhost:1234/v1' },
  // Mistral sends token counts without being asked, and refuses members that it does not know.
  mistral: { service: 'mistral', name: 'Mistral', baseUrl: 'https://api.mistral.ai/v1', extra: { stream_options: null } },
  nvidia: { service: 'nvidia', name: 'NVIDIA', baseUrl: 'https://integrate.api.nvidia.com/v1' },
  openrouter: { service: 'openrouter', name: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1' },
  together: { service: 'together', name: 'Together', baseUrl: 'https://api.together.xyz/v1' },
  vllm: { service: 'vllm', name: 'vLLM', baseUrl: 'http://localhost:8000/v1' },
  xai: { service: 'xai', name: 'xAI', baseUrl: 'https://api.x.ai/v1' },
};
