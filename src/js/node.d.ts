/** What `createHandler` and `createRelay` make, and what `export default { fetch }` of a Worker is. */
export type FetchHandler<Env = any> = (request: Request, env?: Env, context?: any) => Response | Promise<Response>;

/** Settings of `toNodeListener`. */
export interface NodeListenerOptions<Env = any> {
  /** Handed to the handler as its second argument, where a Worker finds its variables. Default `process.env`. */
  env?: Env;
  /** Called with what the handler threw, for logs; the client gets status 500 without any of it. What it throws is ignored. */
  onError?: (error: unknown) => unknown;
}

/**
 * A handler as a listener of Node's own servers, of Express, and of whatever else calls `(request, response)`:
 * `createServer(toNodeListener(handler)).listen(8787)`.
 *
 * The body of the answer streams as fast as the client reads. A client that leaves aborts `request.signal`. A request that
 * is no `Request` (TRACE, a target that is no path, a host with blanks) gets status 400 or 405, and an error of the handler
 * 500; neither ends the process.
 *
 * @param handler what `createHandler` or `createRelay` made, or a function of your own
 * @throws TypeError if `handler` is no function
 */
export function toNodeListener<Env = any>(
  handler: FetchHandler<Env>,
  options?: NodeListenerOptions<Env>,
): (incoming: any, outgoing: any) => Promise<void>;
