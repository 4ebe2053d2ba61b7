export { Client } from './index.js';
