// What AI Engine's routes have in common.

import { uniqid } from './php.mjs';

/** What differs between the versions that were recorded (wire/README.md, A10). */
export const ENGINES = {
  '3.6.2': { hasSession: true, setsCookies: true, unknownBot: 'default', hasLimit: true, byteLimit: false },
  '2.5.3': { hasSession: true, setsCookies: false, unknownBot: 'refused', hasLimit: true, byteLimit: true },
  '2.0.9': { hasSession: false, setsCookies: false, unknownBot: 'refused', hasLimit: false, byteLimit: true },
};

/** The visitor's id: that of the cookie, else a new one, which goes out as a cookie. */
export function visitor(call) {
  if (!ENGINES[call.site.options.engine].setsCookies) return 'N/A';
  const known = call.request.cookies.mwai_session_id;
  if (known) return known;
  const id = uniqid(call.site.clock.now());
  call.cookie.push(['Set-Cookie', `mwai_session_id=${id}; path=/; HttpOnly`]);
  return id;
}

export function uploadUrl(site, id, ending = 'png') {
  const date = new Date(site.clock.now());
  return `${site.home}/wp-content/uploads/${date.getUTCFullYear()}/${date.getUTCMonth() + 1}/${id}.${ending}`;
}

export function forbidden(call) {
  return call.refuse(401, 'rest_forbidden', 'Sorry, you are not allowed to do that.');
}
