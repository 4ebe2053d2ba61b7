/**
 * A handler of the `fetch` kind: what `createHandler` and `createRelay` make, and what `export default { fetch }` of a Worker is.
 *
 * @param request the client's request
 * @param env where the handler finds its variables; see `NodeListenerOptions`
 * @param context what a Worker gets as its third argument: `waitUntil` and `passThroughOnException`
 */
export type FetchHandler<Env = any> = (request: Request, env?: Env, context?: any) => Response | Promise<Response>;

/** Options of `toNodeListener`. */
export interface NodeListenerOptions<Env = any> {
  /** The handler's second argument, where a Worker finds its variables. Default `process.env`. */
  env?: Env;
  /**
   * Called with whatever the handler throws, for logs; the client gets status 500 without any of it. What `onError` itself throws is
   * ignored.
   *
   * @param error what was thrown
   */
  onError?: (error: unknown) => unknown;
}

/**
 * A handler as a listener of Node's own servers, of Express, and of whatever else calls `(request, response)`:
 * `createServer(toNodeListener(handler)).listen(8787)`.
 *
 * The body of the response streams as fast as the client reads. A client that leaves aborts `request.signal`. A request that
 * cannot become a `Request` (TRACE, a target that is not a path, a host with blanks) gets status 400 or 405, and an error of the
 * handler status 500; neither ends the process.
 *
 * @param handler what `createHandler` or `createRelay` made, or a function of your own
 * @param options left out: the variables are `process.env`, and errors go nowhere
 * @throws TypeError if `handler` is not a function
 */
export function toNodeListener<Env = any>(
  handler: FetchHandler<Env>,
  options?: NodeListenerOptions<Env>,
): (incoming: any, outgoing: any) => Promise<void>;
