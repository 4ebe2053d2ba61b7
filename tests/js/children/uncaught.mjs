// An error of the package that nobody catches, as Node prints it.
import { AiEngine } from '../../../dist/index.js';

await new AiEngine({ url: 'shop.example' }).createAsync({ messages: 'Hi' });
