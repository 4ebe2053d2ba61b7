// Explains errors: what happened, and what can be done about it. The library's own message stands below.

/** Title and hint by `ChatError.code`. */
const EXPLANATIONS = {
  input: ['That call cannot be made', 'Something in the settings is missing, or not what it should be: it is named below. Nothing was sent.'],
  model_not_found: ['No such model', 'Take one that the service lists, by “List its models” in the settings; a chatbot of a site may have one of its own.'],
  auth: ['The service wants a key', 'The API key is missing or wrong. Enter yours in the settings, under “API key”. A chatbot of a site has its own key, which only '
    + 'the owner of the site can put right.'],
  nonce: ['No session with this site', 'Is there a chat on the page? Name its address under “Page with the chat”.'],
  rate_limited: ['Too many messages', 'The service asks for a pause. Send the same message again in a while.'],
  payment_required: ['The account behind this site is empty', 'Its owner has to top it up; trying again does not help.'],
  refused: ['The site refuses this message', 'It may be too long, or hold a word that the site does not take. '
    + 'The presets send the whole conversation as one message, which grows with every turn; AiEngine sends only what is new.'],
  blocked: ['Something stands before the chat', 'A firewall or a login page answered in its place. Open the site in a tab to see what it shows.'],
  service: ['The service failed', 'The trouble is on its side. Try again later.'],
  network: ['The site cannot be reached', 'Check the address. A site of another origin must allow this page to read it; '
    + 'if it does not, name a relay under “More of this provider”. Services with a key are asked without a relay.'],
  timeout: ['The site took too long', 'It stopped answering. What came so far stays. Try again, or allow more time.'],
  protocol: ['An answer in an unknown form', 'Does the site run this plugin, in this version? Try another provider.'],
  truncated: ['The reply broke off', 'The connection ended before the reply did. What came so far stays.'],
  too_large: ['The answer is too large', 'It is beyond the bound that this call allows (maxEventBytes).'],
  all_failed: ['Every provider failed', 'What became of each is told below.'],
  output: ['The answer has another form', 'It is not the object that was asked for. Try again.'],
  wasm_blocked: ['WebAssembly is not allowed here', 'The host of this page must send a Content-Security-Policy whose script-src has \'wasm-unsafe-eval\'.'],
};

/** What is said instead where the library's message tells more than its code. */
function detailOf(error) {
  const { code, message } = error ?? {};
  if (code === 'input' && /\bmodel is missing/.test(message)) {
    return ['No model is chosen', 'In the settings, enter your API key and choose a model: “List its models” tells which there are. Nothing was sent.'];
  }
  if (code === 'network' && navigator.onLine === false) return ['There is no connection', 'This device is offline. Try again when it is online.'];
  return undefined;
}

/**
 * @param {any} error
 * @returns {{ title: string, hint: string, code: string, message: string, body: string | undefined }}
 */
export function explained(error) {
  const known = Object.hasOwn(EXPLANATIONS, error?.code) ? EXPLANATIONS[error.code] : undefined;
  const [title, hint] = detailOf(error) ?? known ?? ['Something else went wrong', 'This is not an error of the service. Please report it.'];
  const wait = error?.retryAfterMs > 0 ? ` It asks to wait ${Math.ceil(error.retryAfterMs / 1000)} s.` : '';
  const facts = [error?.code ?? error?.name, error?.status && `HTTP ${error.status}`, error?.provider];
  return {
    title,
    hint: hint + wait,
    code: facts.filter(Boolean).join(' · '),
    message: error?.message ?? String(error),
    body: error?.body,
  };
}
