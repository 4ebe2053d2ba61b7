// SITE=https://shop.example KEY=… deno run --allow-net --allow-env=SITE,KEY,PORT examples/deno.js
import { endpoint } from './endpoint.js';

const env = { SITE: Deno.env.get('SITE'), KEY: Deno.env.get('KEY') };
Deno.serve({ port: Number(Deno.env.get('PORT') ?? 8787), hostname: '127.0.0.1' }, (request) => endpoint(request, env));
