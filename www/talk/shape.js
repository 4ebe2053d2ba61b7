// Whether something that was read is a talk: neither a storage nor a file can be trusted, and the page must not fail by either.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === 'string';
const isNumber = (value) => Number.isFinite(value);
const isId = (value) => isText(value) && value !== '' && value.length <= 200;
const isScalar = (value) => value === null || !['object', 'function'].includes(typeof value);
/** An object of words and numbers. Of another `toString` no text can be made. */
const isFlat = (value) => isObject(value) && Object.values(value).every(isScalar) && !Object.hasOwn(value, 'toString');
const isTime = (value) => isNumber(value) && Math.abs(value) <= 8.64e15;

/** How many turns a talk may have: the page draws each of them. And how deep its objects may be nested: the browser cannot store what is deeper by far. */
const MOST_TURNS = 5000;
const DEEPEST = 500;

/** What the list of talks has of each. @returns {value is { id: string, title: string, changedAt: number }} */
export const isHead = (value) => isObject(value) && isId(value.id) && isText(value.title) && isTime(value.changedAt);

/** @returns {value is import('./tree.js').Talk} */
export const isTalk = (value) => objectionTo(value) === undefined;

/** What is wrong with something that should be a talk, in words; undefined: nothing is. @returns {string | undefined} */
export function objectionTo(value) {
  if (!isObject(value)) return 'it is no object';
  if (value.version !== 1) return `its version is ${JSON.stringify(value.version) ?? 'missing'}, and this page knows version 1`;
  if (!isHead(value) || !isTime(value.createdAt)) return 'its id, its title or its time is missing';
  const { turns, leaf } = value;
  if (!Array.isArray(turns)) return 'it has no turns';
  if (turns.length > MOST_TURNS) return `it has more than ${MOST_TURNS.toLocaleString('en')} turns`;
  if (!isShallow(value)) return 'it is nested too deeply';
  const wrong = turns.findIndex((turn) => !isTurn(turn));
  if (wrong >= 0) return `turn ${wrong + 1} is neither a question nor a reply`;
  const kinds = new Map(turns.map(({ id, kind }) => [id, kind]));
  if (kinds.size < turns.length) return 'two turns have the same id';
  if (turns.some(({ parent, kind }) => parent !== null && kinds.get(parent) === kind)) return 'a turn stands below one of its own kind';
  if (!isTree(turns)) return 'its turns are no tree';
  return leaf === null || kinds.has(leaf) ? undefined : 'the turn that it shows is missing';
}

function isTurn(turn) {
  if (!isObject(turn) || !isId(turn.id) || !isTime(turn.at)) return false;
  if (turn.kind === 'question') return (turn.parent === null || isId(turn.parent)) && isContent(turn.content);
  return turn.kind === 'reply' && isId(turn.parent) && Array.isArray(turn.answers) && turn.answers.length > 0 && turn.answers.every(isAnswer)
    && Number.isInteger(turn.kept) && turn.kept >= 0 && turn.kept < turn.answers.length;
}

const isContent = (content) => isText(content) || (Array.isArray(content) && content.every(isPart));
const isPart = (part) => isObject(part) && isText(part.type) && (part.type !== 'text' || isText(part.text))
  && Object.values(part).every((value) => isMissing(value, (each) => isText(each) || isTexts(each)));
const isTexts = (value) => isFlat(value) && Object.values(value).every((each) => isMissing(each, isText));

const isAnswer = (answer) => isObject(answer) && [answer.provider, answer.model, answer.service].every(isText)
  && isMissing(answer.system, isText)
  && Array.isArray(answer.messages) && answer.messages.every(isObject) && Array.isArray(answer.events) && answer.events.every(isEvent)
  && isNumbers(answer.timings) && typeof answer.stopped === 'boolean' && isMissing(answer.error, isFlat) && isMissing(answer.conversation, isObject)
  && isMissing(answer.attempts, (attempts) => Array.isArray(attempts) && attempts.every(isAttempt)) && isMissing(answer.prices, isNumbers);

const isMissing = (value, isGood) => value === undefined || value === null || isGood(value);

const isNumbers = (value) => isObject(value) && Object.values(value).every((each) => isMissing(each, isNumber));

const isAttempt = (attempt) => isObject(attempt) && isText(attempt.state) && isNumber(attempt.startedAt) && isMissing(attempt.ms, isNumber)
  && isScalar(attempt.provider) && isMissing(attempt.error, isFlat);

/** What the members of events are, by their names; others are shown as JSON, if at all. */
const MEMBERS = {
  ...Object.fromEntries(['text', 'url', 'title', 'unit', 'kind', 'id', 'name', 'mediaType', 'data', 'transcript', 'message', 'reason']
    .map((name) => [name, isText])),
  ...Object.fromEntries(['start', 'end', 'part', 'index', 'waitMs', 'attempt'].map((name) => [name, isNumber])),
  usage: (usage) => isObject(usage) && isNumbers({ ...usage, raw: undefined }),
  error: isFlat,
};
/** The members without which an event of a type cannot be shown. Of types that this page does not know nothing is shown. */
const NEEDED = {
  text: ['text'], reasoning: ['text'], replace: ['text'], image: ['url'], warning: ['message'], status: ['kind'], action: ['kind'], retry: ['waitMs'],
  usage: ['usage'], 'tool-call': ['arguments'], 'tool-result': ['name'],
  source: [], citation: [], file: [], audio: [], finish: [], 'tool-approval': [],
};

function isEvent(event) {
  if (!isObject(event) || !isText(event.type) || !isNumber(event.at)) return false;
  if (!Object.hasOwn(NEEDED, event.type)) return true;
  if (event.type === 'tool-call' && !isText(event.arguments)) return false;
  return NEEDED[event.type].every((name) => event[name] !== undefined && event[name] !== null)
    && Object.entries(MEMBERS).every(([name, isGood]) => isMissing(event[name], isGood));
}

/** Whether nothing is nested too deeply. Without a call for each level, since it is about these. */
function isShallow(value) {
  const open = [[value, 0]];
  while (open.length > 0) {
    const [each, depth] = open.pop();
    if (isScalar(each)) continue;
    if (depth > DEEPEST) return false;
    for (const member of Object.values(each)) open.push([member, depth + 1]);
  }
  return true;
}

/** Whether each turn leads to the beginning, so that nobody walks in a circle. */
function isTree(turns) {
  const parents = new Map(turns.map(({ id, parent }) => [id, parent]));
  const good = new Set([null]);
  for (const { id } of turns) {
    const walked = [];
    let at = id;
    while (!good.has(at)) {
      if (!parents.has(at) || walked.length > turns.length) return false;
      walked.push(at);
      at = parents.get(at);
    }
    for (const each of walked) good.add(each);
  }
  return true;
}
