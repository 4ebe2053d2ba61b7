/** What the tests of the command lines look for in what these print. */
export const SAID = 'One two three four five six seven.';
export const LOOKED = /picture\[image\/\w+ \d+ \w+\]/;
