// A model's activations at each token of a text, indexed by position, layer and head. For the frame layout, see
// src/models/recording.rs.

/** @typedef {import('../engine/protocol.js').Recorded} Recorded */
/** @typedef {{ id: number, text: string }} ReadToken */

/** The parts of an LSTM's frame, in order: input and forget gate, candidate, output gate, cell state, hidden state. */
export const LSTM_PARTS = /** @type {const} */ (['i', 'f', 'g', 'o', 'c', 'h']);

/** @typedef {typeof LSTM_PARTS[number]} LstmPart */

export class Frames {
  layers = 0;
  heads = 0;
  channels = 0;
  /** Number of source tokens for cross-attention; 0 without a source. */
  #sources;
  /** Frames by position. @type {{ values: Float32Array, span: number }[]} */
  #frames = [];
  /** Tokens by position. @type {ReadToken[]} */
  tokens = [];

  /** In a source, every token attends to all of it, and frames have no residual stream. */
  #isSource;

  /** @param {{ sources?: number, isSource?: boolean }} [how] */
  constructor({ sources = 0, isSource = false } = {}) {
    this.#sources = sources;
    this.#isSource = isSource;
  }

  /** Number of tokens that the model has read. */
  get length() {
    return this.#frames.length;
  }

  /** @param {Recorded} recorded */
  add({ first, ids, texts, spans, layers, heads, channels, values }) {
    Object.assign(this, { layers, heads, channels });
    let at = 0;
    ids.forEach((id, i) => {
      const span = spans[i];
      const size = this.#sizeOf(span);
      this.#frames[first + i] = { values: values.subarray(at, at + size), span };
      this.tokens[first + i] = { id, text: texts[i] };
      at += size;
    });
  }

  /** @param {number} span */
  #sizeOf(span) {
    if (this.heads === 0) return this.layers * LSTM_PARTS.length * this.channels;
    if (span === 0) return 0;
    const residual = this.#isSource ? 0 : (this.layers + 1) * this.channels;
    return this.layers * this.heads * (span + this.#sources) + residual;
  }

  /**
   * @param {number} place
   * @param {number} layer
   * @param {LstmPart} part
   */
  lstm(place, layer, part) {
    const start = (layer * LSTM_PARTS.length + LSTM_PARTS.indexOf(part)) * this.channels;
    return this.#frames[place].values.subarray(start, start + this.channels);
  }

  /** Returns the first position that a token attends to. @param {number} place */
  firstRead(place) {
    return this.#isSource ? 0 : place + 1 - this.#frames[place].span;
  }

  /**
   * Returns the self-attention weights of a token, starting at position `firstRead`.
   *
   * @param {number} place
   * @param {number} layer
   * @param {number} head -1 for the mean of all
   */
  attention(place, layer, head) {
    const { values, span } = this.#frames[place];
    return this.#row(values, layer * this.heads * span, span, head);
  }

  /**
   * Returns the cross-attention weights of a token over the source.
   *
   * @param {number} place
   * @param {number} layer
   * @param {number} head -1 for the mean of all
   */
  cross(place, layer, head) {
    const { values, span } = this.#frames[place];
    const start = this.layers * this.heads * span + layer * this.heads * this.#sources;
    return this.#row(values, start, this.#sources, head);
  }

  /**
   * @param {Float32Array} values
   * @param {number} start of the layer
   * @param {number} width
   * @param {number} head
   */
  #row(values, start, width, head) {
    if (head >= 0) return values.subarray(start + head * width, start + (head + 1) * width);
    const mean = new Float32Array(width);
    for (let i = 0; i < this.heads * width; i += 1) mean[i % width] += values[start + i] / this.heads;
    return mean;
  }

  /** Returns the residual stream before the first layer and after each; empty if there is none. @param {number} place */
  residual(place) {
    const frame = this.#frames[place];
    if (!frame || this.heads === 0 || this.#isSource || frame.span === 0) return new Float32Array();
    return frame.values.subarray(this.layers * this.heads * (frame.span + this.#sources));
  }
}
