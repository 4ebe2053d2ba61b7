// `rivulet/services`: the services that people hold keys for.

import { keyed_anthropic, keyed_cohere, keyed_gemini, keyed_ollama } from '#parts';
import { Provider } from './provider.js';

export * from './openai.js';
export { WorkersAi } from './workers-ai.js';

export class Anthropic extends Provider {
  static name = 'Anthropic';
  static protocol = 'Anthropic';
  static part = () => keyed_anthropic;
}

export class Cohere extends Provider {
  static name = 'Cohere';
  static protocol = 'Cohere';
  static part = () => keyed_cohere;
}

export class Gemini extends Provider {
  static name = 'Gemini';
  static protocol = 'Gemini';
  static part = () => keyed_gemini;
}

export class Ollama extends Provider {
  static name = 'Ollama';
  static protocol = 'Ollama';
  static part = () => keyed_ollama;

  /** Without settings: the local server. */
  constructor(settings = {}) {
    super(settings);
  }
}
