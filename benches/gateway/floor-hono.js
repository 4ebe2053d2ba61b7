import { floor } from './handlers.js';
import { hono } from './servers.js';

export const start = (site) => hono(floor(site));
