// The view of one answer: what comes of a reply, as it comes, and how it ended. A stored answer is shown by giving it its events again.

import { el } from '../page/dom.js';
import { eachFrame } from '../page/frames.js';
import { nextTask } from '../page/tasks.js';
import { Arrivals } from '../panels/timings.js';
import { trace } from '../panels/trace.js';
import { highlightNew, clearHighlight } from '../text/highlight-new.js';
import { loadMarkdown } from '../text/markdown.js';
import { attemptsChart } from './attempts.js';
import { audioBlock } from './audio.js';
import { calls } from './calls.js';
import { endingNodes } from './ending.js';
import { figuresOf } from './figures.js';
import { fileNode, imageNode } from './files.js';
import { answerFlow } from './flow.js';
import { jsonBlock } from './json-block.js';
import { markNode, warningNode } from './marks.js';
import { reasoningBlock } from './reasoning.js';
import { retryLine } from './retry.js';
import { sourceList } from './sources.js';
import { textBlock } from './text-block.js';
import { counted } from './words.js';

/** How many characters may wait to be drawn before the reply is read on. */
const MOST_WAITING = 50_000;

/** How many of each are shown, and their names. */
const BOUNDS = {
  call: [200, 'call of a tool', 'calls of tools'],
  image: [50, 'image', 'images'],
  file: [100, 'file', 'files'],
  mark: [100, 'line of what the service did', 'lines of what the service did'],
  warning: [50, 'note', 'notes'],
  retry: [50, 'retry', 'retries'],
};

/**
 * @param {object} options
 * @param {string} options.provider
 * @param {boolean} [options.isMarkdown] the text is shown as Markdown
 * @param {boolean} [options.isJson] the text is JSON; `partial` of the view is given the value so far
 * @param {boolean} [options.isStored] nothing is announced or marked as new, and what folds is folded
 * @param {{ read: () => void, scroll: () => void }} [options.follow] the steps of each frame that keep the end in sight
 * @param {boolean} [options.isOneOfSeveral] asking again asks all of those that answer side by side
 * @param {() => void} [options.onAgain] asks again after a failure
 * @param {() => void} [options.onContinue] has an answer go on that was cut, stopped or broke off
 * @param {() => void} [options.onSettings] leads to the settings, where one of them may be the cause of a failure
 */
export function answerView({ provider, isMarkdown = false, isJson = false, isStored = false, isOneOfSeveral = false, follow, onAgain, onContinue, onSettings }) {
  /** The library, as soon as it is there. */
  let markdown;
  const flow = answerFlow(makeBlock);
  const sources = sourceList();
  const tools = calls(BOUNDS.call[0]);
  const line = trace();
  const figures = el('span', { className: 'figures' });
  const leftOut = el('p', { className: 'cut', hidden: true });
  const below = el('div', { className: 'below-answer' });
  const actions = el('div', { className: 'answer-actions' });
  // The times of pieces are not stored, so a stored answer has no strokes for them.
  const pace = el('div', { className: 'trace' }, ...(isStored ? [] : [line.node]), figures);
  const node = el('article', { className: 'turn reply waiting', 'aria-label': `Reply of ${provider}` },
    el('span', { className: 'author', 'aria-hidden': 'true' }, provider), flow.node, sources.node, leftOut, below, pace, actions);

  /** Parts with something to draw. */
  const pending = new Set();
  const counts = {};
  const addresses = [];
  const arrivals = new Arrivals();
  const reasoningArrivals = new Arrivals();
  let lastAt = 0;
  let newest = 0;
  let step = 1;
  let isBetweenSteps = false;
  let reasoning;
  let audio;
  let retry;
  let usage;
  let reason;
  let hasOther = false;
  let isToldEmpty = false;
  let isDrawn = true;
  let isOver = false;
  /** What `finish` was told, and nodes for the end of the answer. */
  let end = {};
  let notes = [];
  let chart;
  const library = isMarkdown && !isJson ? loadMarkdown().then(useMarkdown, () => {}) : undefined;

  /** The parts that are drawn in this frame. */
  let drawn = [];
  const frame = eachFrame({
    read() {
      follow?.read();
      drawn = [...pending];
      for (const part of drawn) part.read?.();
    },
    write() {
      flow.move();
      below.append(...notes);
      notes = [];
      if (chart) pace.after(chart);
      chart = undefined;
      for (const part of [...pending]) if (part.draw()) pending.delete(part);
      isDrawn = pending.size === 0;
      if (newest && !isStored && !isJson) highlightNew(node, flow.block.node, newest);
      newest = 0;
      drawFigures();
      if (!isDrawn) frame.ask();
    },
    scroll() {
      for (const part of drawn) part.scroll?.();
      follow?.scroll();
    },
  });
  frame.ask();

  function makeBlock() {
    const block = isJson ? jsonBlock() : textBlock();
    if (markdown) block.useMarkdown(markdown);
    return block;
  }

  /** Until the library is there, and where it cannot be loaded, the text is shown as it was written. */
  function useMarkdown(loaded) {
    markdown = loaded;
    for (const block of flow.blocks) {
      block.useMarkdown(loaded);
      redraw(block);
    }
  }

  function redraw(part) {
    pending.add(part);
    frame.ask();
  }

  function drawFigures() {
    const { timings } = end;
    const elapsed = timings?.elapsed ?? lastAt;
    const pieces = timings?.pieces ?? timings?.arrivals?.count ?? arrivals.count;
    if (!isStored) line.draw({ arrivals, reasoningArrivals, elapsed });
    if (pieces === 0 && !isOver) return;
    const first = Math.min(timings?.first ?? arrivals.first ?? Infinity, reasoningArrivals.first ?? Infinity);
    const words = figuresOf({
      pieces, elapsed, first, usage, prices: end.prices, hasTools: tools.count > 0, hasReasoning: reasoningArrivals.count > 0,
    });
    if (figures.textContent !== words) figures.textContent = words;
  }

  /** Counts one of a kind. @returns {boolean} whether there is room for it */
  function hasRoom(kind, count = (counts[kind] ?? 0) + 1) {
    counts[kind] = count;
    if (count > BOUNDS[kind][0]) redraw(rest);
    return count <= BOUNDS[kind][0];
  }

  /** Says what is not shown. */
  const rest = {
    draw() {
      const beyond = Object.entries(counts).map(([kind, count]) => [count - BOUNDS[kind][0], BOUNDS[kind]]).filter(([more]) => more > 0);
      leftOut.hidden = false;
      leftOut.textContent = `Not shown: ${beyond.map(([more, [, one, many]]) => counted(more, one, many)).join(', ')}.`;
      return true;
    },
  };

  function keep(blob) {
    addresses.push(URL.createObjectURL(blob));
    return addresses.at(-1);
  }

  /** Something of the answer itself has come: what waited for it is over, and after results of tools a step begins. */
  function goOn(at, isReasoning = false) {
    if (reasoning && !isReasoning) {
      reasoning.end(at);
      redraw(reasoning);
    }
    if (!isBetweenSteps) return;
    isBetweenSteps = false;
    step += 1;
    reasoning = undefined;
    flow.add(el('p', { className: 'run-step' }, `Step ${step}`));
  }

  function divide(fresh) {
    const ended = flow.divide(fresh);
    if (ended) redraw(ended);
  }

  const show = {
    text({ text }, at) {
      if (text === '') return;
      goOn(at);
      arrivals.add(at);
      newest = flow.block.text === '' ? text.length : newest + text.length;
      flow.block.append(text);
      pending.add(flow.block);
    },
    reasoning({ text }, at) {
      goOn(at, true);
      reasoningArrivals.add(at);
      if (!reasoning) {
        reasoning = reasoningBlock(!isStored);
        flow.before(reasoning.node);
      }
      reasoning.add(text, at);
      pending.add(reasoning);
    },
    replace({ text }) {
      for (const block of flow.replace(text)) redraw(block);
    },
    'tool-call'(event, at) {
      goOn(at);
      put(tools.call(event, at));
    },
    'tool-result'(event, at) {
      put(tools.result(event, at));
      isBetweenSteps = true;
    },
    'tool-approval'(event) {
      const block = tools.approval(event);
      if (block) redraw(block);
    },
    image(event) {
      hasOther = true;
      if (hasRoom('image')) divide(el('div', { className: 'images' }, imageNode(event)));
    },
    file(event) {
      hasOther = true;
      if (hasRoom('file')) flow.add(fileNode(event, keep));
    },
    audio(event) {
      hasOther = true;
      if (!audio) {
        audio = audioBlock(keep);
        flow.add(audio.node);
      }
      audio.add(event);
      pending.add(audio);
    },
    source(event) {
      sources.add(event);
      pending.add(sources);
    },
    citation(event) {
      sources.add(event);
      pending.add(sources);
    },
    status(event) {
      if (hasRoom('mark')) flow.add(markNode(event));
    },
    action(event) {
      hasOther = true;
      if (hasRoom('mark')) flow.add(markNode(event));
    },
    warning(event) {
      isToldEmpty ||= event.message === 'the reply is empty';
      if (hasRoom('warning')) notes.push(warningNode(event, !isStored));
    },
    retry(event) {
      if (!hasRoom('retry')) return;
      retry = retryLine(event, { isFresh: !isStored, redraw: () => redraw(made) });
      const made = retry;
      flow.add(made.node);
      pending.add(made);
    },
    usage(event) {
      ({ usage } = event);
    },
    finish(event) {
      ({ reason } = event);
    },
  };

  function put({ block, isNew }) {
    if (isNew) hasRoom('call', tools.count);
    if (isNew && block) divide(block.node);
    if (block) pending.add(block);
  }

  function endRetry(how) {
    if (!retry) return;
    retry[how]();
    redraw(retry);
    retry = undefined;
  }

  /** Tells each part that no more comes. */
  function close({ error, stopped }, elapsed) {
    endRetry('finish');
    for (const call of tools.all) {
      call.finish(error === undefined && !stopped);
      pending.add(call);
    }
    for (const part of [reasoning, audio].filter(Boolean)) pending.add(part);
    reasoning?.end(elapsed);
    audio?.finish();
    flow.finish();
    sources.finish(text());
    pending.add(sources);
    for (const block of flow.blocks) pending.add(block);
  }

  const text = () => flow.blocks.map((block) => block.text).join('');
  return {
    node,
    /** For buttons. */
    actions,
    get text() {
      return text();
    },
    /** @param {any} event a `ReplyEvent` @param {number} [at] ms since the call */
    event(event, at = lastAt) {
      if (isOver) return;
      lastAt = Math.max(lastAt, at);
      if (retry && event.type !== 'warning' && event.type !== 'raw') endRetry('end');
      if (!Object.hasOwn(show, event.type)) return;
      show[event.type](event, at);
      frame.ask();
    },
    /** The JSON value so far, where the answer is JSON: `partialObjects` of a run gives it. @param {unknown} value */
    partial(value) {
      if (isOver) return;
      flow.block.partial(value);
      redraw(flow.block);
    },
    /** @returns {Promise<void> | undefined} to be waited for before the reply is read on, so that it is not read faster than it is drawn */
    room() {
      let waiting = 0;
      for (const part of pending) waiting += part.waiting ?? 0;
      // A page in the background has no frames, and draws all of the reply at its end.
      if (waiting < MOST_WAITING || document.hidden) return undefined;
      return new Promise((resolve) => {
        requestAnimationFrame(() => resolve());
        // Where the page goes to the background meanwhile.
        setTimeout(resolve, 500);
      });
    },
    /**
     * Resolves when all of the answer is drawn.
     *
     * @param {{ error?: any, stopped?: boolean, timings?: any, attempts?: readonly any[], prices?: { input?: number, output?: number, currency?: string } }} [outcome]
     *   `error`: also what `explained` made of it; `timings`: a `Timings`, or the plain ones of a stored answer; prices of a million tokens
     */
    async finish({ error, stopped = false, timings, attempts, prices } = {}) {
      if (isOver) return;
      isOver = true;
      end = { timings, prices };
      clearHighlight(node);
      newest = 0;
      close({ error, stopped }, timings?.elapsed ?? lastAt);
      const whole = text();
      notes.push(...endingNodes({
        error, stopped, reason, text: whole, isEmpty: !isToldEmpty && whole === '' && tools.count === 0 && !hasOther, isWaiting: tools.areOpen,
      }, { isFresh: !isStored, isOneOfSeveral, onAgain, onContinue, onSettings }));
      if (attempts?.length) chart = attemptsChart(attempts);
      await library;
      frame.flush();
      while (!isDrawn) {
        await nextTask();
        frame.flush();
      }
      node.classList.remove('waiting');
    },
    /** Gives up the memory of files and sound. For an answer that is not shown any more. */
    release() {
      for (const address of addresses.splice(0)) URL.revokeObjectURL(address);
    },
  };
}
