// The command lines of coding agents, headless. Each run has an environment of its own (nothing of this process's but PATH), a HOME and a
// folder to work in that are thrown away, a made-up key, an address on loopback, telemetry off, and a time limit.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { cached } from '../../scripts/lib/cached.mjs';

export const VERSIONS = {
  '@openai/codex': '0.171.0',
  '@anthropic-ai/claude-code': '2.1.332',
  'opencode-ai': '1.18.33',
  '@qwen-code/qwen-code': '0.24.4',
};

/** The `node_modules` of a command; each package has its own, so that one that cannot be installed does not keep the others away. */
export const folderOf = (name) => cached('command', { [COMMANDS[name].from]: VERSIONS[COMMANDS[name].from] });

/** An MCP server with the tool `get_weather`. */
const MCP = fileURLToPath(new URL('./mcp.mjs', import.meta.url));

/** The most that a run may take. */
const LIMIT_MS = 40_000;
const PROXIES = { NO_PROXY: '127.0.0.1,localhost', no_proxy: '127.0.0.1,localhost' };
const OPENCODE = {
  OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_LSP_DOWNLOAD: '1', OPENCODE_DISABLE_DEFAULT_PLUGINS: '1', OPENCODE_DISABLE_SHARE: '1',
};

/**
 * @typedef {{ baseUrl: string, key: string, model: string, prompt: string, home: string, work: string, pictures: string[] }} Task `baseUrl`
 *   without `/v1`
 * @typedef {object} Command
 * @property {string} title
 * @property {keyof typeof VERSIONS} from the package
 * @property {'chat' | 'responses' | 'messages'} api
 * @property {(task: Task) => { bin: string, args: string[], env: Record<string, string>, stdin?: string, files?: Record<string, string> }} start `files` by path
 * @property {(path: string) => string} shell the call that prints the file at a path
 * @property {(path: string) => string} look the call that shows the picture at a path to the model
 */

const opencode = (npm, suffix = '/v1') => ({ baseUrl, key, model, prompt, home, pictures }) => ({
  bin: 'opencode',
  args: ['run', '--format', 'json', '--title', 'test', '-m', `stub/${model}`, ...pictures.flatMap((file) => ['-f', file])],
  // As an argument it would be put into quotation marks.
  stdin: prompt,
  env: OPENCODE,
  files: {
    [join(home, '.config', 'opencode', 'opencode.json')]: JSON.stringify({
      autoupdate: false, share: 'disabled', permission: 'allow',
      provider: {
        stub: {
          npm, name: 'stub', options: { baseURL: `${baseUrl}${suffix}`, apiKey: key },
          models: { [model]: { name: model, attachment: true, tool_call: true, reasoning: true, modalities: { input: ['text', 'image', 'pdf'], output: ['text'] }, limit: { context: 200_000, output: 32_000 } } },
        },
      },
    }),
  },
});
const ofOpencode = {
  from: /** @type {const} */ ('opencode-ai'),
  shell: (path) => `%call bash ${JSON.stringify({ command: `cat ${path}`, description: 'Prints a file' })}`,
  look: (path) => `%call read ${JSON.stringify({ filePath: path })}`,
};

/** @type {Record<string, Command>} */
export const COMMANDS = {
  codex: {
    title: 'Codex',
    from: '@openai/codex',
    api: 'responses',
    start: ({ baseUrl, key, model, prompt, home, work, pictures }) => ({
      bin: 'codex',
      args: [
        'exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '-C', work, '-m', model,
        ...pictures.flatMap((file) => ['-i', file]), '--', prompt,
      ],
      env: { STUB_KEY: key, RUST_LOG: 'off' },
      files: {
        [join(home, '.codex', 'config.toml')]: `model_provider = "stub"
check_for_update_on_startup = false
[analytics]
enabled = false
[otel]
exporter = "none"
[model_providers.stub]
name = "stub"
base_url = "${baseUrl}/v1"
env_key = "STUB_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 2
[mcp_servers.weather]
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(MCP)}]
`,
      },
    }),
    shell: (path) => `%call exec_command ${JSON.stringify({ cmd: `cat ${path}` })}`,
    look: (path) => `%call view_image ${JSON.stringify({ path })}`,
  },
  claude: {
    title: 'Claude Code',
    from: '@anthropic-ai/claude-code',
    api: 'messages',
    start: ({ baseUrl, key, model, prompt, pictures }) => ({
      bin: 'claude',
      args: ['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose', '--model', model, '--allowedTools', 'Bash,Read'],
      stdin: `${JSON.stringify({
        type: 'user',
        message: {
          role: 'user',
          content: [
            { type: 'text', text: prompt },
            ...pictures.map((file) => ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: readFileSync(file, 'base64') } })),
          ],
        },
      })}\n`,
      env: {
        ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_API_KEY: key, DISABLE_TELEMETRY: '1', DISABLE_ERROR_REPORTING: '1', DISABLE_AUTOUPDATER: '1',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', ANTHROPIC_SMALL_FAST_MODEL: model, ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
      },
    }),
    shell: (path) => `%call Bash ${JSON.stringify({ command: `cat ${path}`, description: 'Prints a file' })}`,
    look: (path) => `%call Read ${JSON.stringify({ file_path: path })}`,
  },
  'opencode-chat': { title: 'opencode, openai-compatible', api: 'chat', start: opencode('@ai-sdk/openai-compatible'), ...ofOpencode },
  'opencode-responses': { title: 'opencode, openai', api: 'responses', start: opencode('@ai-sdk/openai'), ...ofOpencode },
  'opencode-messages': { title: 'opencode, anthropic', api: 'messages', start: opencode('@ai-sdk/anthropic'), ...ofOpencode },
  qwen: {
    title: 'qwen-code',
    from: '@qwen-code/qwen-code',
    api: 'chat',
    start: ({ baseUrl, key, model, prompt, home, pictures }) => ({
      bin: 'qwen',
      args: ['--yolo', '--auth-type', 'openai', '--model', model, '--output-format', 'stream-json', '-p', [...pictures.map((file) => `@${file}`), prompt].join('\n')],
      env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${baseUrl}/v1`, OPENAI_MODEL: model, QWEN_SANDBOX: 'false' },
      files: {
        [join(home, '.qwen', 'settings.json')]: JSON.stringify({
          telemetry: { enabled: false }, privacy: { usageStatisticsEnabled: false }, general: { disableAutoUpdate: true, enableAutoUpdate: false, disableUpdateNag: true },
          model: { generationConfig: { modalities: { image: true, pdf: true } } },
        }),
      },
    }),
    shell: (path) => `%call run_shell_command ${JSON.stringify({ command: `cat ${path}`, description: 'Prints a file', is_background: false })}`,
    look: (path) => `%call read_file ${JSON.stringify({ file_path: path })}`,
  },
};

/**
 * @param {string} name in `COMMANDS`
 * @param {{ baseUrl: string, key: string, model: string, prompt: (work: string) => string, files?: Record<string, Buffer | string>, pictures?: string[], limit?: number }} task
 *   `files` in the folder to work in, and `pictures` those of them that are given with the prompt
 * @returns {Promise<{ code: number | string, output: string, errors: string, ms: number }>}
 */
export async function runCommand(name, { baseUrl, key, model, prompt, files = {}, pictures = [], limit = LIMIT_MS }) {
  const { start } = COMMANDS[name];
  const bins = join(await folderOf(name), '.bin');
  const root = await realpath(await mkdtemp(join(tmpdir(), `rivulet-${name}-`)));
  const [home, work] = [join(root, 'home'), join(root, 'work')];
  await Promise.all([home, work].map((folder) => mkdir(folder)));
  try {
    const given = { baseUrl, key, model, prompt: prompt(work), home, work, pictures: pictures.map((file) => join(work, file)) };
    for (const [path, content] of Object.entries(files)) await writeFile(join(work, path), content);
    const { bin, args, env, stdin, files: settings = {} } = start(given);
    for (const [path, content] of Object.entries(settings)) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    const began = performance.now();
    const child = spawn(join(bins, bin), args, {
      cwd: work,
      // A group of its own, so that what it started ends with it.
      detached: true,
      env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: home, LANG: 'C.UTF-8', TERM: 'dumb', CI: '1', ...PROXIES, ...env },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.end(stdin);
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { output += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
    let late = false;
    const timer = setTimeout(() => { late = true; kill(child); }, limit);
    const code = await new Promise((done, fail) => {
      child.once('error', fail);
      child.once('close', (status, signal) => done(status ?? signal));
    });
    clearTimeout(timer);
    kill(child);
    return { code: late ? 'time limit' : code, output, errors, ms: Math.round(performance.now() - began) };
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

function kill({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
