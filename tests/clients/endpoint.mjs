// The endpoint on real workerd, with the packed package in it, and the stub services behind it.

import { startWorkerd } from '../../scripts/lib/workerd.mjs';
import { bundleInstalled } from '../workerd/harness.mjs';
import { SERVICE_KEY, startServices } from './services.mjs';

/** The key of the clients. */
export const KEY = 'sk-placeholder-of-the-edge';

export async function startEndpoint() {
  const bundle = await bundleInstalled(new URL('./worker.js', import.meta.url));
  const services = await startServices({ strict: true });
  const workerd = await startWorkerd(bundle, { env: { SERVICES_URL: services.url, SERVICE_KEY, KEY } });
  return {
    url: workerd.url,
    services,
    errors: workerd.errors,
    async stop() {
      await workerd.stop();
      services.close();
      await bundle.remove();
    },
  };
}
