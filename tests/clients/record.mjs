// Records what the command lines send, by running them against the stub services themselves: `node tests/clients/record.mjs [NAMES]`.
// Long texts are cut, folders and ids of this run are replaced; what is left is what a reader of requests has to take.

import { writeFile } from 'node:fs/promises';
import { isMain } from '../../scripts/lib/run.mjs';

import { COMMANDS, runCommand, VERSIONS } from './commands.mjs';
import { DOCUMENT, PICTURE } from './samples.mjs';
import { SERVICE_KEY, startServices } from './services.mjs';

const FOLDERS = { chat: 'chat', responses: 'responses', messages: 'anthropic' };
const MOST = 240;
/** For descriptions of tools and their parameters. */
const MOST_DESCRIPTION = 60;

/** @type {Record<string, { pictures?: string[], only?: string[], model?: string, prompt: (command: import('./commands.mjs').Command, work: string) => string }>} */
const TASKS = {
  tool: { prompt: ({ shell }, work) => `Print the note.\n%think I must look.\n${shell(`${work}/note.txt`)}\n%then\n%say All done.\n(end)` },
  look: { prompt: ({ look }, work) => `Look at the picture.\n${look(`${work}/picture.png`)}\n%then\n%say All done.\n(end)` },
  document: { prompt: ({ look }, work) => `Look at the document.\n${look(`${work}/document.pdf`)}\n%then\n%say All done.\n(end)` },
  picture: { pictures: ['picture.png'], prompt: () => 'What is in the picture?\n%say A square.\n(end)' },
  // Codex chooses its tools by the name of the model: these are functions, a namespace for the tools of each MCP server, and tools that take text.
  mcp: { only: ['codex'], prompt: () => 'Tell the weather.\n%call get_weather {"city":"Oslo"}\n%then\n%say It is.\n(end)' },
  patch: { only: ['codex'], model: 'gpt-5.5', prompt: () => `Add a file.\n%call apply_patch ${JSON.stringify({ input: '*** Begin Patch\n*** Add File: new.txt\n+New.\n*** End Patch\n' })}\n%then\n%say All done.\n(end)` },
  additional: { only: ['codex'], model: 'gpt-6-sol', prompt: () => `Print the note.\n%call exec ${JSON.stringify({ input: 'text(1 + 1)' })}\n%then\n%say All done.\n(end)` },
};

const HEADERS = /^(anthropic-(beta|version)|content-type|accept|user-agent|originator|x-app|x-stainless-(lang|retry-count|package-version)|x-codex-beta-features)$/;

/** A text without what is of this machine and this run. */
const plain = (text, root) => text.replaceAll(new RegExp(`/tmp/rivulet-${root}-[A-Za-z0-9]{6}`, 'g'), '/home/someone').replaceAll(/\/tmp\/claude-0\/[^"\s\]]*/g, '/home/someone/images/1.png')
  .replaceAll(/\b[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\b/g, '00000000-0000-0000-0000-000000000000')
  .replaceAll(/\b[0-9a-f]{64}\b/g, '0'.repeat(64)).replaceAll(/Linux [0-9][^\n"\\]*/g, 'Linux');

function shortened(value, root, key) {
  if (Array.isArray(value)) return value.map((item) => shortened(item, root));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner, root, name)]));
  if (typeof value !== 'string') return value;
  const text = plain(value, root);
  // Bytes and signatures have to stay whole.
  if (key === 'description') return text.slice(0, MOST_DESCRIPTION);
  if (/^(data|image_url|url|file_data|signature|encrypted_content|arguments)$/.test(key) || text.length <= MOST) return text;
  // The directives stand at the end.
  return `${text.slice(0, MOST / 2)} … (${text.length} characters) … ${text.slice(-MOST / 2)}`;
}

/** A line for each request. */
function inLines({ tasks, ...rest }) {
  const text = JSON.stringify;
  const lists = Object.entries(tasks).map(([task, requests]) => `${text(task)}: [\n${requests.map((request) => text(request)).join(',\n')}\n]`);
  return `${text(rest).slice(0, -1)},"tasks":{\n${lists.join(',\n')}\n}}\n`;
}

if (isMain(import.meta)) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(COMMANDS);
  const services = await startServices();
  for (const name of names) {
    const command = COMMANDS[name];
    const tasks = {};
    for (const [task, { pictures, only, model = 'stub-1', prompt }] of Object.entries(TASKS)) {
      if (only && !only.includes(name)) continue;
      services.asked.length = 0;
      const { code } = await runCommand(name, {
        baseUrl: `${services.url}/${FOLDERS[command.api]}`, key: SERVICE_KEY, model, pictures,
        prompt: (work) => prompt(command, work), files: { 'note.txt': 'The note says 42.\n', 'picture.png': PICTURE, 'document.pdf': DOCUMENT },
      });
      console.log(`${name} ${task}: ${code}, ${services.asked.map(({ method, path, status }) => `${method} ${path} ${status}`).join(', ')}`);
      tasks[task] = services.asked.map(({ method, path, headers, body }) => ({
        method, path,
        headers: Object.fromEntries(Object.entries(headers).filter(([header]) => HEADERS.test(header)).map(([header, text]) => [header, plain(text, name)])),
        body: shortened(body, name),
      }));
    }
    const recorded = { client: `${command.title} ${VERSIONS[command.from]}`, api: command.api, tasks };
    await writeFile(new URL(`./recorded/${name}.json`, import.meta.url), inLines(recorded));
  }
  if (services.failures.length) console.error(services.failures);
  services.close();
}
