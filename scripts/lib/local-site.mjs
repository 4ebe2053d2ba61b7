// What `npm start` serves, on one port: a stand-in for WordPress sites with chatbots; the demo page and its edge on the same origin, where a
// page can read every stream; and stubs of services that need a key.

import { demo } from '../serve.mjs';
import { demoEdge } from './demo-edge.mjs';

/**
 * @param {{ port?: number, mount?: Record<string, (incoming: any, outgoing: any) => unknown>, [option: string]: unknown }} [options] those of the
 *   local site (tests/site/options.mjs); `mount`: more listeners, by the begin of the path
 */
export async function startLocalSite({ mount, ...options } = {}) {
  const { startSite } = await import('../../tests/site/server.mjs');
  const { serviceListener } = await import('../../tests/clients/services.mjs');
  let edge;
  const { listener: services } = serviceListener({ talks: true, prefix: '/services' });
  const site = await startSite({
    ...options,
    mount: { '/demo/': demo('/demo/'), '/edge/': (...both) => edge(...both), '/services/': services, ...mount },
  });
  edge = await demoEdge(site.url);
  return site;
}
