// The options of the site, with their defaults and the text of `--help`.

import { parseArgs } from 'node:util';
import { ENGINES } from './engine-shared.mjs';
import { FAULTS } from './faults.mjs';
import { POWERS } from './power.mjs';

const VERSIONS = { engine: Object.keys(ENGINES), power: Object.keys(POWERS), puffer: ['2.4.71'] };

export const DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  base: '',
  permalinks: 'pretty',
  engine: '3.6.2',
  power: '1.9.18',
  puffer: '2.4.71',
  homeChat: true,
  pageCache: 'none',
  delay: 20,
  tick: 12 * 60 * 60 * 1000,
  now: Date.now,
  secret: 'rivulet test site',
  maxLength: 512,
  apiKey: '',
  chatbots: true,
  powerStream: true,
  powerLogs: false,
  eventLogs: false,
  bannedIp: false,
  limit: false,
  down: false,
  mount: {},
  verbose: false,
};

/** @param {Partial<typeof DEFAULTS>} given */
export function complete(given) {
  const unknown = Object.keys(given).find((name) => !(name in DEFAULTS));
  if (unknown) throw new TypeError(`the site has no option ${unknown}; it has: ${Object.keys(DEFAULTS).join(', ')}`);
  for (const [name, versions] of Object.entries(VERSIONS)) {
    if (given[name] !== undefined && given[name] !== 'none' && !versions.includes(given[name])) {
      throw new TypeError(`option ${name} is one of ${versions.join(', ')}, none; not ${given[name]}`);
    }
  }
  const options = { ...DEFAULTS, ...given };
  if (!['none', 'query', 'pages', 'all'].includes(options.pageCache)) throw new TypeError('option pageCache is none, query, pages or all');
  if (!['pretty', 'plain'].includes(options.permalinks)) throw new TypeError('option permalinks is pretty or plain');
  if (options.base && !/^\/[\w/-]*\w$/.test(options.base)) {
    throw new TypeError('option base begins with a slash and ends without one, as in /blog');
  }
  return options;
}

export const HELP = `Usage: node tests/site/server.mjs [options]

A local site that answers as recorded WordPress sites do: AI Engine, AI Power and AI Puffer on one origin.

  --port N          port to listen on (default: a free one)
  --host NAME       address to listen on (${DEFAULTS.host})
  --base PATH       the site lives in a subfolder, such as /blog
  --plain           plain permalinks: /index.php?rest_route=/ instead of /wp-json/
  --engine V        AI Engine ${VERSIONS.engine.join(', ')} or none
  --power V         AI Power ${VERSIONS.power.join(', ')} or none
  --puffer V        AI Puffer ${VERSIONS.puffer.join(', ')} or none
  --no-home-chat    the home page has no chat
  --delay MS        between two words of a reply (${DEFAULTS.delay})
  --tick MS         half of a nonce's life (${DEFAULTS.tick}: twelve hours)
  --max-length N    longest message that AI Engine takes (${DEFAULTS.maxLength})
  --api-key KEY     switches AI Puffer's REST API on
  --event-logs      AI Engine sends typed live events, too
  --verbose         one line for each request
  --help            this text

Pages: / /chat/ /chat-custom/ /chat-power/ /chat-bot/ /chat-widget/ /chat-puffer/ /no-chat/
Control: POST /_site, GET /_site (tests/site/README.md)

Words in a message that make the site misbehave:
  ERR_400 ERR_401 ERR_429 ERR_500 ERR_QUOTE ERR_HTML ERR_DOWN ERR_MID ERR_CUT   the provider fails
  FINLEN                                                                        its limit of tokens is reached
  ForbiddenWord OVERLIMIT TAKEOVER EXTRAS                                       the plugin refuses, or adds
  "empty reply" "zero" "newlines" "markdown" "emoji" "long story" "slow" "recall"
  FAULT name setting=value ...                                                  the connection fails:
${Object.entries(FAULTS).map(([name, { help }]) => `    ${name.padEnd(10)}${help}`).join('\n')}
`;

/** @param {string[]} argv */
export function fromCommandLine(argv) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const { values } = parseArgs({
    args: argv,
    options: {
      port: text, host: text, base: text, plain: flag, engine: text, power: text, puffer: text, 'no-home-chat': flag,
      delay: text, tick: text, 'max-length': text, 'api-key': text, 'event-logs': flag, verbose: flag, help: flag,
    },
  });
  const { plain, help, 'no-home-chat': bare, 'max-length': maxLength, 'api-key': apiKey, ...rest } = values;
  const { port, delay, tick, 'event-logs': eventLogs, ...same } = rest;
  const numbers = Object.fromEntries(Object.entries({ port, delay, tick, maxLength })
    .filter(([, value]) => value !== undefined).map(([name, value]) => [name, count(name, value)]));
  return {
    help: Boolean(help),
    options: complete({
      ...same, ...numbers, ...(plain && { permalinks: 'plain' }), ...(bare && { homeChat: false }),
      ...(apiKey !== undefined && { apiKey }), ...(eventLogs && { eventLogs }),
    }),
  };
}

function count(name, text) {
  if (/^\d+$/.test(text)) return Number(text);
  throw new TypeError(`--${name} wants a number, not ${text}`);
}
