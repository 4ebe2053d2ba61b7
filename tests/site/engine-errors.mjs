// The text that AI Engine makes of a provider's error (wire/README.md, A7 rows 11 and 12).

/** @param {boolean} stream the two modes read the provider's error by different code and differ in the text */
export function refusalOf(run, stream) {
  const { error } = run.outcome;
  return `${providerOf(run)}: ${stream ? streamed(run, error) : plain(run.outcome)}`;
}

export function midstreamOf(run, text) {
  return `${providerOf(run)}: ${text}`;
}

function providerOf({ call: { site }, bot }) {
  if (site.options.engine !== '3.6.2') return 'From OpenAI';
  return bot.api === 'responses' ? 'OpenAI (Responses API)' : 'Stub';
}

function streamed({ call: { site } }, { message, code, type }) {
  if (site.options.engine === '2.0.9') return `Error${code ? ` ${code}` : ''}: ${message}`;
  return `Error: ${message}${code ? ` (${code})` : ''}${type ? ` (${type})` : ''}`;
}

function plain({ status, error }) {
  const raw = JSON.stringify({ error });
  switch (status) {
    case 401:
      return 'Incorrect API key provided.';
    case 429:
      return error.message;
    case 404:
      return 'The API returned 404 for http://127.0.0.1:9090/v1/chat/completions. This usually means the model is not '
        + `valid for this provider. Response: ${raw}`;
    default:
      return raw;
  }
}
