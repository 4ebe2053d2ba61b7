/**
 * Services that are compatible with OpenAI's Chat Completions, as settings of `OpenAiChat`. What else is special about each of them stands
 * in src/providers/keyed/compatible.rs. A place in braces is refused until it is filled in, so that no key goes to a wrong address.
 */
export const SERVICES = {
  aigateway: { service: 'aigateway', name: 'AI Gateway', baseUrl: 'https://gateway.ai.cloudflare.com/v1/{account}/{gateway}/compat' },
  azure: { service: 'azure', name: 'Azure', baseUrl: 'https://{resource}.openai.azure.com/openai/v1' },
  bedrock: { service: 'bedrock', name: 'Bedrock', baseUrl: 'https://bedrock-mantle.{region}.api.aws/v1' },
  cerebras: { service: 'cerebras', name: 'Cerebras', baseUrl: 'https://api.cerebras.ai/v1' },
  cohere: { service: 'cohere', name: 'Cohere', baseUrl: 'https://api.cohere.ai/compatibility/v1' },
  dashscope: { service: 'dashscope', name: 'DashScope', baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1' },
  deepseek: { service: 'deepseek', name: 'DeepSeek', baseUrl: 'https://api.deepseek.com' },
  fireworks: { service: 'fireworks', name: 'Fireworks', baseUrl: 'https://api.fireworks.ai/inference/v1' },
  groq: { service: 'groq', name: 'Groq', baseUrl: 'https://api.groq.com/openai/v1' },
  huggingface: { service: 'huggingface', name: 'Hugging Face', baseUrl: 'https://router.huggingface.co/v1' },
  llamacpp: { service: 'llamacpp', name: 'llama.cpp', baseUrl: 'http://localhost:8080/v1' },
  lmstudio: { service: 'lmstudio', name: 'LM Studio', baseUrl: 'http://localhost:1234/v1' },
  // Without this member the reasoning stands in the text, between <think> and </think>.
  minimax: { service: 'minimax', name: 'MiniMax', baseUrl: 'https://api.minimax.io/v1', extra: { reasoning_split: true } },
  mistral: { service: 'mistral', name: 'Mistral', baseUrl: 'https://api.mistral.ai/v1' },
  moonshot: { service: 'moonshot', name: 'Moonshot', baseUrl: 'https://api.moonshot.ai/v1' },
  nvidia: { service: 'nvidia', name: 'NVIDIA', baseUrl: 'https://integrate.api.nvidia.com/v1' },
  openrouter: { service: 'openrouter', name: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1' },
  perplexity: { service: 'perplexity', name: 'Perplexity', baseUrl: 'https://api.perplexity.ai' },
  sambanova: { service: 'sambanova', name: 'SambaNova', baseUrl: 'https://api.sambanova.ai/v1' },
  together: { service: 'together', name: 'Together', baseUrl: 'https://api.together.xyz/v1' },
  // The location `global` has the host aiplatform.googleapis.com.
  vertex: { service: 'vertex', name: 'Vertex', baseUrl: 'https://{location}-aiplatform.googleapis.com/v1/projects/{project}/locations/{location}/endpoints/openapi' },
  vllm: { service: 'vllm', name: 'vLLM', baseUrl: 'http://localhost:8000/v1' },
  xai: { service: 'xai', name: 'xAI', baseUrl: 'https://api.x.ai/v1' },
  zai: { service: 'zai', name: 'Z.ai', baseUrl: 'https://api.z.ai/api/paas/v4' },
};
