// `rivulet/wordpress`: sites with one of the three plugins.

import { wordpress_ai_engine, wordpress_ai_power, wordpress_ai_puffer } from '#parts';
import { Provider } from './provider.js';

export * from './common.js';

export class AiEngine extends Provider {
  static name = 'AiEngine';
  static protocol = 'AiEngine';
  static part = () => wordpress_ai_engine;
}

export class AiPower extends Provider {
  static name = 'AiPower';
  static protocol = 'AiPower';
  static part = () => wordpress_ai_power;
}

export class AiPuffer extends Provider {
  static name = 'AiPuffer';
  static protocol = 'AiPuffer';
  static part = () => wordpress_ai_puffer;
}

export const Chatgpt4Online = /* @__PURE__ */ new AiEngine({ preset: 'Chatgpt4Online' });
export const Chatgpt4o = /* @__PURE__ */ new AiPower({ preset: 'Chatgpt4o' });
