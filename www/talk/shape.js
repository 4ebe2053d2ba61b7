// Whether something that was read is a talk: neither a storage nor a file can be trusted, and the page must not fail by either.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === 'string';
const isNumber = (value) => Number.isFinite(value);
const isId = (value) => isText(value) && value !== '' && value.length <= 200;
const isTime = (value) => isNumber(value) && Math.abs(value) <= 8.64e15;

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
const isPart = (part) => isObject(part) && isText(part.type) && (part.type !== 'text' || isText(part.text));

const isAnswer = (answer) => isObject(answer) && [answer.provider, answer.model, answer.service].every(isText)
  && Array.isArray(answer.messages) && answer.messages.every(isObject) && Array.isArray(answer.events) && answer.events.every(isEvent)
  && isObject(answer.timings) && typeof answer.stopped === 'boolean' && isMissing(answer.error, isObject) && isMissing(answer.attempts, Array.isArray);

const isMissing = (value, isGood) => value === undefined || value === null || isGood(value);

const isEvent = (event) => isObject(event) && isText(event.type) && isNumber(event.at)
  && (!['text', 'reasoning', 'replace'].includes(event.type) || isText(event.text));

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
