// The conversation in the page: draws the branch of a talk that is shown, asks for replies, and keeps what comes.

import { answerView } from '../answer/answer.js';
import { copyText } from '../page/copy.js';
import { el } from '../page/dom.js';
import { explained } from '../page/errors.js';
import { nextTask } from '../page/tasks.js';
import { Timings } from '../panels/timings.js';
import { ask, recorder } from './ask.js';
import { plan } from './plan.js';
import { questionView } from './question.js';
import { addQuestion, addReply, answerText, newTalk, path, replaceAnswers, show, siblings, turnOf } from './tree.js';
import { drawVariants, focusButton } from './variants.js';

/**
 * What of the page the conversation tells what happens; all may be left out but `follow`.
 *
 * @typedef {object} Watchers
 * @property {(start: { providers: string[], content: string | any[] }) => void} onStart a reply to a question with this content is asked for
 * @property {(event: any, at: number, timings: Timings, lane: number) => void} onEvent
 * @property {(end: { error?: unknown, stopped: boolean, timings: Timings, text: string, provider: string }, lane: number) => void} onAnswer
 * @property {() => void} onEnd no reply is under way any more
 * @property {(talk: import('./tree.js').Talk) => void} onChange what there is of the talk has changed
 * @property {(question: import('./tree.js').Question) => void} onEdit
 * @property {(answer: import('./tree.js').Answer) => void} onEvents the visitor wants to see the events of an answer
 * @property {() => void} onBusy the visitor wants something that has to wait, since a reply is under way
 * @property {() => void} onSettings the visitor wants to change what a failure is about
 */

/**
 * @param {{ log: HTMLElement, follow: any, form: any } & Watchers} page `form`: the settings (settings/form.js)
 */
export function conversation({ log, follow, form, onStart, onEvent, onAnswer, onEnd, onChange, onEdit, onEvents, onBusy, onSettings }) {
  let talk = newTalk();
  let controller = null;
  /** The question whose reply is under way, and what has come of each answer by now. */
  let underWay;
  /** The nodes of the turns that are drawn, by id. */
  const drawn = new Map();
  /** Stored replies that have their place and are not drawn yet. */
  const stored = [];
  let isReplaying = false;

  /** Draws the turns of the branch that are not drawn yet, and takes away those of others. */
  function draw() {
    const turns = path(talk);
    const wanted = new Set(turns.map(({ id }) => id));
    for (const [id, { node }] of drawn) {
      if (wanted.has(id)) continue;
      node.remove();
      drawn.get(id).release?.();
      drawn.delete(id);
    }
    for (const turn of turns) {
      if (!drawn.has(turn.id)) put(turn, turn.kind === 'question' ? questionOf(turn) : storedReply(turn));
      else drawn.get(turn.id).variants?.(variantsOf(turn));
    }
    replayStored();
    log.querySelector('.unanswered')?.remove();
    const last = turns.at(-1);
    if (last?.kind !== 'question' || controller) return;
    log.append(el('p', { className: 'note unanswered' }, 'The page was closed before a reply came. ',
      el('button', { type: 'button', className: 'small', onclick: () => regenerate(last.id) }, 'Ask now')));
  }

  function put(turn, view) {
    drawn.set(turn.id, view);
    log.append(view.node);
    view.variants?.(variantsOf(turn));
  }

  /** The place of a turn among the others that stand there: `undefined` where it is alone. */
  function variantsOf(turn) {
    const all = siblings(talk, turn);
    if (all.length < 2) return undefined;
    const at = all.findIndex(({ id }) => id === turn.id);
    const go = (to) => () => {
      if (isBusy() || !all[to]) return;
      show(talk, all[to]);
      draw();
      drawn.get(all[to].id)?.focusVariants?.(to > at ? 1 : 0);
      onChange(talk);
    };
    return { at, count: all.length, before: go(at - 1), after: go(at + 1) };
  }

  /** Whether a reply is under way; the visitor is told so. */
  function isBusy() {
    if (controller) onBusy();
    return controller !== null;
  }

  const questionOf = (turn) => questionView(turn, { onEdit: () => onEdit(turn) });

  /** The views of a reply's answers, in columns where there are several, and the buttons below them. */
  function replyFrame(views, { question, replyId }) {
    const columns = el('div', { className: views.length > 1 ? 'answers side-by-side' : 'answers' }, ...views.map(({ node }) => node));
    const variants = el('span', { className: 'variants' });
    const again = el('button', { type: 'button', className: 'small quiet', onclick: () => regenerate(question) }, views.length > 1 ? 'Ask all again' : 'Ask again');
    const actions = el('div', { className: 'reply-actions', hidden: true }, again, variants);
    // Below several answers, and in the row of the one that is alone.
    if (views.length === 1) views[0].actions.append(actions);
    return {
      node: el('div', { className: 'reply-turn' }, columns, ...(views.length > 1 ? [actions] : [])),
      release: () => views.forEach((view) => view.release()),
      variants: (now) => drawVariants(variants, now, 'Reply'),
      focusVariants: (which) => focusButton(variants, which),
      /** The answers are complete. */
      finish(answers) {
        actions.hidden = false;
        // Where it failed there is "Try again".
        again.hidden = answers.every(({ error }) => error);
        answers.forEach((answer, lane) => {
          const text = answerText(answer);
          const copy = el('button', { type: 'button', className: 'small quiet', hidden: text === '', onclick: () => copyText(copy, text) }, 'Copy');
          views[lane].actions.prepend(copy, el('button', { type: 'button', className: 'small quiet', onclick: () => onEvents(answer) }, 'Events'));
          if (answers.length > 1) views[lane].actions.append(keepButton(lane));
        });
        showKept();
      },
    };

    function keepButton(lane) {
      const keep = () => {
        const reply = turnOf(talk, replyId());
        if (!reply) return;
        reply.kept = lane;
        showKept();
        onChange(talk);
      };
      return el('button', { type: 'button', className: 'small quiet keep', 'aria-pressed': 'false', onclick: keep }, 'Go on with this one');
    }
    function showKept() {
      const kept = turnOf(talk, replyId())?.kept ?? 0;
      views.forEach(({ actions: row }, lane) => row.querySelector('.keep')?.setAttribute('aria-pressed', String(lane === kept)));
    }
  }

  function storedReply(turn) {
    // They do not follow the end by themselves: that would have the page laid out again for each step of each of them.
    const views = turn.answers.map((answer) => answerView({
      provider: answer.provider, isMarkdown: form.settings.markdown, isJson: answer.isJson, isStored: true, isOneOfSeveral: turn.answers.length > 1,
      onAgain: () => again(turn), onContinue: () => goOn(turn), onSettings,
    }));
    const frame = replyFrame(views, { question: turn.parent, replyId: () => turn.id });
    // The last one is in sight, and its height must not change once it is.
    frame.node.classList.toggle('stored', turn.id !== talk.leaf);
    const replay = async () => {
      follow.read();
      for (const [lane, { events, error, stopped, timings, attempts, prices }] of turn.answers.entries()) {
        for (const { at, ...event } of events) views[lane].event(event, at);
        await views[lane].finish({ error, stopped, timings, attempts, prices });
      }
      frame.finish(turn.answers);
      follow.scroll();
    };
    stored.push({ id: turn.id, frame, replay });
    return frame;
  }

  /** Draws stored replies one after the other, the newest first, since a browser would stand still if it got all of a long talk at once. */
  async function replayStored() {
    if (isReplaying) return;
    isReplaying = true;
    while (stored.length > 0) {
      const { id, frame, replay } = stored.pop();
      if (drawn.get(id) === frame) await replay();
      await nextTask();
    }
    isReplaying = false;
  }

  /** Asks again for the reply to a question. The replies so far stay as other branches. */
  function regenerate(questionId) {
    return isBusy() ? undefined : reply(questionId);
  }

  /** Tries a reply again that failed. One in which nothing came is not worth a branch. */
  function again(turn) {
    if (!isBusy()) reply(turn.parent, turn.answers.every(({ messages }) => messages.length === 0) ? turn : undefined);
  }

  /** Has an answer go on that was cut: by a message, since no service takes the begin of an answer from every caller. */
  function goOn(turn) {
    if (!isBusy()) reply(addQuestion(talk, turn.id, 'Please go on where you stopped.').id);
  }

  function send(content) {
    if (controller) return undefined;
    // Below the last reply; a question that has none is left as another wording.
    const last = turnOf(talk, talk.leaf);
    return reply(addQuestion(talk, last?.kind === 'question' ? last.parent : talk.leaf, content).id);
  }

  /** Asks with another wording of a question. */
  function sendEdited(question, content) {
    if (controller) return undefined;
    return reply(addQuestion(talk, question.parent, content).id);
  }

  /** @param {string} questionId @param {import('./tree.js').Reply} [failed] the reply in whose place the new one comes */
  async function reply(questionId, failed) {
    const own = talk;
    const ownController = controller = new AbortController();
    own.leaf = questionId;
    draw();
    onChange(own);
    const { settings } = form;
    const runs = plan(own, questionId, settings, form.lanes());
    let turn;
    const views = runs.map(({ name }) => answerView({
      provider: name, isMarkdown: form.settings.markdown, isJson: form.settings.schema !== '', isOneOfSeveral: runs.length > 1, follow,
      onAgain: () => turn && again(turn), onContinue: () => turn && goOn(turn), onSettings,
    }));
    const frame = replyFrame(views, { question: questionId, replyId: () => turn?.id });
    log.append(frame.node);
    onStart({ providers: runs.map(({ name }) => name), content: turnOf(own, questionId).content });
    follow.start();

    const records = runs.map(({ name, model, service }) => ({
      head: { provider: name, model, service, system: settings.system, isJson: settings.schema !== '' }, events: recorder(), timings: new Timings(),
    }));
    underWay = { question: questionId, records };
    const answers = await Promise.all(runs.map(async (run, lane) => {
      const { head, timings, events: record } = records[lane];
      const isShown = () => talk === own;
      const outcome = await ask(run.makeReply(ownController.signal), {
        signal: ownController.signal,
        now: () => timings.now(),
        before: run.before,
        record,
        onEvent(event, at) {
          if (!isShown()) return undefined;
          if (event.type === 'text') timings.piece(event.text, at);
          onEvent(event, at, timings, lane);
          views[lane].event(event, at);
          return views[lane].room();
        },
      });
      timings.finish();
      const { error, stopped, ...rest } = outcome;
      const answer = {
        ...head, ...rest, timings: timings.plain(), stopped,
        ...(run.prices && { prices: run.prices }), ...(error !== undefined && !stopped && { error: explained(error) }),
      };
      if (isShown()) onAnswer({ error, stopped, timings, text: answerText(answer), provider: run.name }, lane);
      await views[lane].finish({ error: stopped ? undefined : error, stopped, timings, attempts: rest.attempts, prices: run.prices });
      return answer;
    }));

    turn = failed ? replaceAnswers(own, failed, answers) : addReply(own, questionId, answers);
    if (talk === own) {
      drawn.set(turn.id, frame);
      follow.around(() => {
        frame.finish(answers);
        frame.variants(variantsOf(turn));
      });
    }
    onChange(own);
    if (controller === ownController) {
      controller = null;
      onEnd();
    }
  }

  return {
    get talk() {
      return talk;
    },
    get isRunning() {
      return controller !== null;
    },
    /** The questions of the branch that is shown. */
    questions: () => path(talk).filter(({ kind }) => kind === 'question'),
    send,
    sendEdited,
    stop: () => controller?.abort(),
    /** What has come by now of the reply that is under way. @returns {import('./half.js').Half | undefined} */
    half: () => controller && underWay && {
      talk: talk.id,
      question: underWay.question,
      answers: underWay.records.map(({ head, events: { events }, timings }) => ({ ...head, events, timings: timings.plain() })),
    },
    /** Shows turns that have come to the talk from elsewhere, as others that one can go to. */
    refresh: draw,
    /** Shows another talk. A reply that is under way is stopped, and kept with what came. */
    open(other) {
      controller?.abort();
      controller = null;
      talk = other;
      const last = turnOf(talk, talk.leaf);
      // The page was closed while a reply was on its way: shows one that is there, or offers to ask.
      if (last?.kind === 'question') show(talk, last);
      for (const view of drawn.values()) view.release?.();
      drawn.clear();
      log.replaceChildren();
      // A talk is opened at its end, wherever the one before was looked at.
      if (talk.turns.length > 0) follow.start();
      draw();
    },
  };
}
