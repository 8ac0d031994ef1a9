// Draws attention as arcs above the words: from a token to each one it attends to, as thick as the weight. Hidden from
// screen readers, since the table beside it has the same weights as numbers.

import { h, scrollable } from './dom.js';

/** Smaller weights are not drawn, to avoid clutter. */
const LEAST = 0.04;
/** Height of the picture in pixels, as in look.css. */
const HEIGHT = 60;
const NAMESPACE = 'http://www.w3.org/2000/svg';

export class Arcs {
  #svg = document.createElementNS(NAMESPACE, 'svg');
  #words = h('div', { class: 'arc-words' });
  #picture = h('div', { class: 'arcs', 'aria-hidden': 'true' });
  element = scrollable(h('div', {}, this.#picture), 'attentionArcs');
  /** @type {(number | undefined)[][]} */
  #weights = [];
  #at = 0;

  constructor() {
    this.#picture.append(this.#svg, this.#words);
    this.#words.addEventListener('pointerover', ({ target }) => {
      const place = [...this.#words.children].indexOf(/** @type {Element} */ (target));
      if (place >= 0) this.#draw(place);
    });
    this.#words.addEventListener('pointerleave', () => this.#draw(this.#at));
    new ResizeObserver(() => this.#draw(this.#at)).observe(this.#words);
  }

  /**
   * @param {string[]} words empty hides the picture
   * @param {(number | undefined)[][]} weights a row of attention weights for each word
   * @param {number} at index of the word whose arcs are drawn by default; pointing at a word draws that one's
   * @param {string} language
   */
  show(words, weights, at, language) {
    this.element.hidden = words.length === 0;
    this.#weights = weights;
    this.#at = at;
    this.#words.replaceChildren(...words.map((word) => h('span', { lang: language }, word)));
    this.#draw(at);
    const own = /** @type {HTMLElement | undefined} */ (this.#words.children[at]);
    if (own) this.element.scrollLeft = own.offsetLeft + own.offsetWidth - this.element.clientWidth;
  }

  /** @param {number} from */
  #draw(from) {
    const places = [...this.#words.children].map((word) => /** @type {HTMLElement} */ (word));
    const weights = this.#weights[from] ?? [];
    const middle = (/** @type {HTMLElement} */ word) => word.offsetLeft + word.offsetWidth / 2;
    const height = HEIGHT;
    const width = this.#words.scrollWidth;
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#svg.style.setProperty('width', `${width}px`);
    places.forEach((word, i) => {
      word.classList.toggle('looks', i === from);
      word.style.setProperty('--light', String(Math.round(100 * (i === from ? 0 : (weights[i] ?? 0)))));
    });
    const own = places[from];
    const arcs = places.flatMap((word, i) => {
      const weight = weights[i] ?? 0;
      if (!own || i === from || weight < LEAST) return [];
      const [x1, x2] = [middle(own), middle(word)];
      const rise = Math.min(height - 6, 14 + Math.abs(x2 - x1) / 4);
      const arc = document.createElementNS(NAMESPACE, 'path');
      arc.setAttribute('d', `M${x1} ${height}C${x1} ${height - rise * 1.3} ${x2} ${height - rise * 1.3} ${x2} ${height}`);
      arc.style.setProperty('stroke-width', `${1 + 6 * weight}`);
      arc.style.setProperty('opacity', String(0.25 + 0.75 * weight));
      return [arc];
    });
    this.#svg.replaceChildren(...arcs);
  }
}
