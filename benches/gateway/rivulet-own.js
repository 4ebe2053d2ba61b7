import { rivulet } from './handlers.js';
import { own } from './servers.js';

export const start = (site) => own(rivulet(site));
