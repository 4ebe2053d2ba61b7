// What the pages have in common: where they ask, a tool, and a schema. `npm start` serves these stubs of services; with a key in a page
// of yours, everybody can read it there, so let an endpoint of yours hold it.
import { z } from 'zod';

export const baseUrl = new URL('/services/chat/v1', location.href).href;
export const apiKey = 'sk-placeholder-of-the-services';
// It says what it thinks, and wants that back with the results of tools.
export const model = 'deepseek-reasoner';
// It takes a schema, which the other one does not.
export const schemaModel = 'gpt-5';

export const weather = {
  name: 'get_weather',
  description: 'The weather in a city, now',
  parameters: z.object({ city: z.string() }),
  run: async ({ city }) => `21 degrees in ${city}`,
};

export const City = z.object({ name: z.string(), degrees: z.number() });
