// Keeps the end of the talk in sight while a reply grows.

import { byId } from './dom.js';

/** Scrolls along with the reply, as long as the visitor has not scrolled away from its end, and offers the way back there. */
export function follower() {
  const end = byId('end');
  const jump = byId('jump');
  let isFollowing = true;
  const toEnd = () => {
    isFollowing = true;
    // Not the nearest place: with the settings folded the end may be at the top of the window, and all of the talk above it.
    end.scrollIntoView({ block: 'end' });
  };
  // Observers and no `scroll` event: they ask for no layout, and also notice when the talk grows. The button is there only where the talk is
  // behind it: it must not lie over the settings, or over the page's first words.
  let isEndSeen = true;
  let isTalkBelow = false;
  const show = () => { jump.hidden = isEndSeen || !isTalkBelow; };
  new IntersectionObserver((entries) => { isEndSeen = entries.at(-1).isIntersecting; show(); }).observe(end);
  new IntersectionObserver((entries) => { isTalkBelow = entries.at(-1).isIntersecting; show(); }, { rootMargin: '-60% 0px -30%' }).observe(byId('log'));
  jump.addEventListener('click', () => {
    toEnd();
    byId('message').focus({ preventScroll: true });
  });
  const follow = {
    start: toEnd,
    read() {
      // Where there is little room the dock scrolls along with the talk, and lies beyond the window as the end does.
      const bottom = Math.min(byId('dock').getBoundingClientRect().top, innerHeight);
      isFollowing = end.getBoundingClientRect().top <= bottom + 60;
    },
    scroll() {
      if (isFollowing) end.scrollIntoView({ block: 'nearest' });
    },
    /** Adds something to the talk, and keeps the end in sight if it was. @param {() => void} work */
    around(work) {
      follow.read();
      work();
      follow.scroll();
    },
  };
  return follow;
}
