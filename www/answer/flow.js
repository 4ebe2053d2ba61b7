// What an answer is made of, from top to bottom in the order in which it came. Text goes into the block at the end; a call of a tool or an
// image ends that block, and what is written then goes below it. Nodes move in a frame alone, when the positions have been read.

import { el } from '../page/dom.js';

/** @param {() => ReturnType<import('./text-block.js').textBlock>} makeBlock */
export function answerFlow(makeBlock) {
  const node = el('div', { className: 'flow' });
  const blocks = [makeBlock()];
  let moves = [];
  node.append(blocks[0].node);
  const block = () => blocks.at(-1);
  return {
    node,
    blocks,
    /** The block that text goes into now. */
    get block() {
      return block();
    },
    /** Puts a node at the end. A block without text stays behind it, since that is where the text will be. */
    add(fresh) {
      const { node: empty, text } = block();
      moves.push(() => node.append(fresh, ...(text === '' ? [empty] : [])));
    },
    /** Puts a node before the block of text. */
    before(fresh) {
      const { node: next } = block();
      moves.push(() => next.before(fresh));
    },
    /** Puts a node at the end, and has the text go on below it. @returns the block that is complete, if it has text */
    divide(fresh) {
      const ended = block().text === '' ? undefined : block();
      ended?.finish();
      if (ended) blocks.push(makeBlock());
      this.add(fresh);
      return ended;
    },
    /** The whole text, which differs from the pieces. @returns the blocks that have changed */
    replace(whole) {
      const before = blocks.slice(0, -1).map(({ text }) => text).join('');
      const changed = whole.startsWith(before) ? [block()] : [...blocks];
      for (const each of changed) each.replace('');
      block().replace(changed.length === 1 ? whole.slice(before.length) : whole);
      return changed;
    },
    /** No text comes any more. */
    finish() {
      const last = block();
      if (last.text === '' && blocks.length > 1) {
        blocks.pop();
        moves.push(() => last.node.remove());
      }
      for (const each of blocks) each.finish();
    },
    move() {
      for (const each of moves) each();
      moves = [];
    },
  };
}
