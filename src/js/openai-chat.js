import { Provider } from './provider.js';

export class OpenAiChat extends Provider {
  static name = 'OpenAiChat';
  static protocol = 'OpenAiChat';
}
