// What some command lines make of a task otherwise, and why. See table.mjs.

/** @type {import('./table.mjs').Exception[]} Nothing is wrong with the endpoint there. */
export const EXCEPTIONS = [];

/** @type {import('./table.mjs').Exception[]} What the endpoint does not do yet. Such a test may fail, and its failure is listed. */
export const PENDING = [];
