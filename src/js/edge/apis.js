// What the APIs that the edge serves differ in, beside the form of their answers (src/edge/).

/**
 * By the names of src/edge/spec.rs: how the ids of answers begin, what is sent after a time of silence, and whether errors have
 * Anthropic's form.
 */
export const APIS = {
  chat: { prefix: 'chatcmpl-', ping: ': ping\n\n' },
  responses: { prefix: 'resp_', ping: ': ping\n\n' },
  messages: { prefix: 'msg_', ping: 'event: ping\ndata: {"type":"ping"}\n\n', isAnthropic: true },
  completions: { prefix: 'cmpl-', ping: ': ping\n\n' },
};
