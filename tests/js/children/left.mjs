/**
 * Timers, immediates and the like that keep the process alive. Not its output, and not the connections that Node's
 * fetch keeps for the next request, which let the process end.
 */
export const left = () => process.getActiveResourcesInfo().filter((name) => !/(Wrap|WRAP|Req|Promise)$/.test(name));
