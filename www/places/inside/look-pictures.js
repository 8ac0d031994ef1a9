// The pictures and tables of the view "Look inside", one after another.

import { colour } from '../../ui/colours.js';
import { limitOf, scaleOf } from '../../ui/gates.js';

/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../../engine/protocol.js').Piece} Piece */
/** @typedef {import('../../engine/protocol.js').Step} Step */
/** @typedef {import('../../ui/frames.js').Frames} Frames */

/**
 * @typedef {object} Seen what is looked at
 * @property {ModelEntry | null} model
 * @property {Frames} frames of the text
 * @property {Frames | null} source of what is translated
 * @property {number} at the place
 * @property {import('../../ui/frames.js').ReadToken[]} tokens as far as they are known without a gap
 * @property {Step | null} step that chose the token there
 */

/** One of them a frame: all together would take longer than the eye forgives. */
export class Pictures {
  #parts;
  #seen;
  /** The sentence whose alignment is still to be drawn. @type {Piece | null} */
  #unaligned = null;
  #turn = 0;
  /** So many are still to be drawn. */
  #due = 0;

  /**
   * @param {import('./looking.js').Parts} parts
   * @param {() => Seen} seen
   */
  constructor(parts, seen) {
    this.#parts = parts;
    this.#seen = seen;
  }

  get areDue() {
    return this.#due > 0;
  }

  /** Each of them is to be drawn anew. */
  renew() {
    this.#due = this.#all.length;
  }

  /** @param {Piece | null} piece */
  align(piece) {
    this.#unaligned = piece;
  }

  drawNext() {
    this.#all[this.#turn](this.#seen());
    this.#turn = (this.#turn + 1) % this.#all.length;
    this.#due -= 1;
  }

  /** At once, where there is nothing to be seen. */
  drawAll() {
    for (const draw of this.#all) draw(this.#seen());
    this.#due = 0;
  }

  /** The text takes the colours of the unit that is picked. */
  tint() {
    const { gates, tokens } = this.#parts;
    const { part } = gates;
    tokens.tint((place) => {
      const value = gates.tint(place);
      return value === null ? '' : colour(scaleOf(part), value, limitOf(part));
    });
  }

  /** @type {readonly ((seen: Seen) => void)[]} */
  #all = [
    (seen) => {
      const frames = isLstm(seen) ? seen.frames : null;
      this.#parts.gates.show(frames, seen.at, seen.model);
      if (frames?.length) this.tint();
      this.#drawAttention(seen, 'tiles');
    },
    (seen) => this.#drawAttention(seen, 'table'),
    ({ model }) => {
      const piece = this.#unaligned;
      this.#unaligned = null;
      if (piece) this.#parts.alignment.show([{ title: model?.title ?? { de: '', en: '' }, piece }]);
    },
    ({ tokens, at, step }) => {
      const { next, facts } = this.#parts;
      next.element.hidden = step === null;
      next.show(step, false);
      facts.show(tokens, at);
    },
  ];

  /**
   * @param {Seen} seen
   * @param {'tiles' | 'table'} part
   */
  #drawAttention(seen, part) {
    const { frames: text, source, model, at } = seen;
    this.#parts.attention.show(isLstm(seen) ? null : { text, source, language: model?.language ?? 'en' }, at, part);
  }
}

/** @param {Seen} seen */
function isLstm({ model }) {
  return model?.model_type === 'char_lstm';
}
