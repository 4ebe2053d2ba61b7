// `rivulet/tools`: the loop around tool calls, and answers as objects.

export { ChatError } from './error.js';
