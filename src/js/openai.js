// `rivulet/openai`: OpenAI's two protocols, which the compatible services speak, too.

import { keyed_openai_responses } from '#parts';
import { Provider } from './provider.js';

export * from './common.js';
export { OpenAiChat } from './openai-chat.js';
export { SERVICES } from './service-table.js';

export class OpenAiResponses extends Provider {
  static name = 'OpenAiResponses';
  static protocol = 'OpenAiResponses';
  static part = () => keyed_openai_responses;
}
