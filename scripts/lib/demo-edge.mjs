// The edge of the demo page: the local site's chats behind the endpoint, and the relay, under `/edge/` of the same origin.

/** What the page calls the models; each is one way to talk to the same site. */
export async function demoEdge(site, prefix = '/edge') {
  // The built package by its own name, as an application imports it.
  const [{ AiEngine, AiPower, AiPuffer, Chatgpt4Online, Chatgpt4o }, { createHandler, createRelay }, { toNodeListener }] =
    await Promise.all([import('rivulet'), import('rivulet/edge'), import('rivulet/node')]);
  const handler = createHandler({
    providers: {
      Chatgpt4Online: Chatgpt4Online.with({ url: site }),
      Chatgpt4o: Chatgpt4o.with({ url: site }),
      AiEngine: new AiEngine({ url: site }),
      AiPower: new AiPower({ url: site }),
      AiPuffer: new AiPuffer({ url: site, page: '/chat-puffer/' }),
    },
    // Public: it listens on this machine only.
    authorize: 'public',
    allowedOrigins: [new URL(site).origin],
  });
  const pages = ['/chat/', '/chat-power/', '/chat-puffer/'].map((page) => `${site}${page}`);
  const relay = createRelay({ allow: [site], pages, allowedOrigins: [new URL(site).origin] });
  const listener = toNodeListener((request) => (new URL(request.url).pathname.startsWith('/relay/') ? relay : handler)(request));
  return (incoming, outgoing) => {
    // The prefix is where the edge is mounted, which neither of them knows.
    incoming.url = incoming.url.slice(prefix.length);
    return listener(incoming, outgoing);
  };
}
