// One endpoint for every runtime: a WordPress site becomes the model `shop`. `env` holds SITE and KEY.
import { AiEngine } from 'rivulet';
import { createHandler } from 'rivulet/edge';

export const endpoint = createHandler({
  providers: ({ SITE }) => ({ shop: new AiEngine({ url: SITE }) }),
  authorize: (request, { KEY }) => KEY !== undefined && request.headers.get('authorization') === `Bearer ${KEY}`,
});
