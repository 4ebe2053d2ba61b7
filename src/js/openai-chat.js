import { keyed_openai_chat } from '#parts';
import { Provider } from './provider.js';

export class OpenAiChat extends Provider {
  static name = 'OpenAiChat';
  static protocol = 'OpenAiChat';
  static part = () => keyed_openai_chat;
}
