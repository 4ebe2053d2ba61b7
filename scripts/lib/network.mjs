// Without a network each tool fails with dozens of lines of its own: here they become one line.

/** Where each tool downloads from. */
const SOURCES = {
  npm: 'the npm registry',
  cargo: 'the registry of crates',
  rustup: "the server of Rust's releases",
  'apt-get': "the distribution's package servers",
  pip: "Python's package index",
};

/** A name that does not resolve, a host that does not answer: as Node, curl, Rust's resolver, apt and Python say it. */
const SIGNS = new RegExp([
  'ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ERR_SOCKET_TIMEOUT',
  "Could(?:n't| not) resolve", "Couldn't connect", "Could(?:n't| not) connect to server", 'Timeout was reached',
  'failed to lookup address', 'dns error', 'error sending request', 'tcp connect error',
  'Temporary failure (?:resolving|in name resolution)', 'Unable to connect to', 'Network is unreachable', 'No route to host',
  'NewConnectionError',
].join('|'), 'i');

/**
 * @param {keyof typeof SOURCES} tool
 * @param {string} output of its failed run
 * @returns {string | undefined} the one line, if the network was the cause
 */
export function noNetwork(tool, output) {
  // Not in the compiler's own complaints, which may quote source code with such words.
  if (/^error: could not compile/m.test(output)) return undefined;
  const line = output.split(/\r?\n/).find((line) => SIGNS.test(line));
  if (line === undefined) return undefined;
  return `no network: ${tool} could not reach ${SOURCES[tool]} ("${line.trim().slice(0, 200)}"). `
    + 'Check the connection, and HTTPS_PROXY if there is a proxy; then run this again: what has been done is kept';
}
