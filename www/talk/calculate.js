// Works out a sum that a model wrote. It reads numbers, operators, brackets and the functions below, and nothing else: no part of it is run as code.

const FUNCTIONS = Object.fromEntries(['sqrt', 'abs', 'round', 'floor', 'ceil', 'sin', 'cos', 'tan', 'log', 'exp', 'min', 'max'].map((name) => [name, Math[name]]));
const CONSTANTS = { pi: Math.PI, e: Math.E };
const TOKEN = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([a-z]+)|(\*\*|[-+*/%^(),]))/giy;
/** How long a sum may be, and so how deep its brackets. */
const LONGEST = 1000;

/** The operators between two values, by how tightly they bind. */
const OPERATORS = {
  '+': [1, (a, b) => a + b],
  '-': [1, (a, b) => a - b],
  '*': [2, (a, b) => a * b],
  '/': [2, (a, b) => a / b],
  '%': [2, (a, b) => a % b],
  '^': [4, (a, b) => a ** b],
};
/** How tightly a sign binds: `-2 ^ 2` is `-(2 ^ 2)`. */
const SIGN = 3;

/** @param {string} sum @returns {number} throws an `Error` that says what is wrong in it */
export function calculate(sum) {
  const tokens = tokensOf(sum);
  let at = 0;
  const take = (token) => tokens[at] === token && (at += 1) > 0;
  const expect = (token) => {
    if (!take(token)) throw new Error(at < tokens.length ? `There is ${tokens[at]} where ${token} should be.` : `A ${token} is missing at the end.`);
  };

  function expression(binding) {
    let value = operand();
    for (let found = OPERATORS[tokens[at]]; found && found[0] >= binding; found = OPERATORS[tokens[at]]) {
      at += 1;
      // A power is worked out from the right: 2 ^ 3 ^ 2 is 2 ^ 9.
      value = found[1](value, expression(found[0] === 4 ? 4 : found[0] + 1));
    }
    return value;
  }
  function operand() {
    const token = tokens[at];
    if (token === undefined) throw new Error('The sum ends too early.');
    at += 1;
    if (typeof token === 'number') return token;
    if (token === '-') return -expression(SIGN);
    if (token === '+') return expression(SIGN);
    if (token === '(') {
      const value = expression(1);
      expect(')');
      return value;
    }
    if (Object.hasOwn(CONSTANTS, token)) return CONSTANTS[token];
    if (!Object.hasOwn(FUNCTIONS, token)) throw new Error(`${token} cannot be worked out. There are ${Object.keys(FUNCTIONS).join(', ')}, pi and e.`);
    expect('(');
    const values = [expression(1)];
    while (take(',')) values.push(expression(1));
    expect(')');
    return FUNCTIONS[token](...values);
  }

  const value = expression(1);
  if (at < tokens.length) throw new Error(`There is ${tokens[at]} where the sum should end.`);
  if (!Number.isFinite(value)) throw new Error('The result is no number.');
  // 0.1 + 0.2 is 0.3 for people.
  return Number(value.toPrecision(15));
}

function tokensOf(sum) {
  if (typeof sum !== 'string' || sum.trim() === '') throw new Error('There is no sum.');
  if (sum.length > LONGEST) throw new Error(`The sum is longer than ${LONGEST} characters.`);
  const source = sum.trim().replace(/[×·]/g, '*').replace(/÷/g, '/').replace(/[−–]/g, '-');
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw new Error(`${source[start]} cannot be worked out.`);
    const [, number, word, sign] = match;
    tokens.push(number ? Number(number) : word ? word.toLowerCase() : sign === '**' ? '^' : sign);
  }
  return tokens;
}
