// Draws the pictures and tables of the view "Look inside".

import { colour } from '../../ui/colours.js';
import { limitOf, scaleOf } from '../../ui/gates.js';

/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../../engine/protocol.js').Piece} Piece */
/** @typedef {import('../../engine/protocol.js').Step} Step */
/** @typedef {import('../../ui/frames.js').Frames} Frames */

/**
 * @typedef {object} Seen what is shown
 * @property {ModelEntry | null} model
 * @property {Frames} frames of the text
 * @property {Frames | null} source frames of the source text
 * @property {number} at current position
 * @property {import('../../ui/frames.js').ReadToken[]} tokens up to the first unknown one
 * @property {Step | null} step the step that chose the current token
 */

/** Draws one picture per animation frame; drawing all in one frame would be noticeably slow. */
export class Pictures {
  #parts;
  #seen;
  /** The sentence whose alignment has not been drawn yet. @type {Piece | null} */
  #unaligned = null;
  #turn = 0;
  /** Number of pictures still to draw. */
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

  /** Marks all pictures to be redrawn. */
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

  /** Draws all pictures at once; only fast while they are empty. */
  drawAll() {
    for (const draw of this.#all) draw(this.#seen());
    this.#due = 0;
  }

  /** Colours the text by the chosen unit. */
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
    (seen) => this.#drawAttention(seen, 'arcs'),
    (seen) => this.#drawAttention(seen, 'table'),
    ({ model }) => {
      const piece = this.#unaligned;
      this.#unaligned = null;
      if (piece) this.#parts.alignment.show([{ title: model?.title ?? { de: '', en: '' }, piece }]);
    },
    ({ tokens, at, step, model }) => {
      const { next, facts } = this.#parts;
      next.element.hidden = step === null;
      next.show(step, false, model?.language ?? 'en');
      facts.show(tokens, at);
    },
  ];

  /**
   * @param {Seen} seen
   * @param {import('../../ui/attention.js').Part} part
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
