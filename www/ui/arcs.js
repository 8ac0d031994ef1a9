// Who looks at whom, drawn above the words themselves: an arc from a token to each one that it looks at, as thick as its
// weight. The table beside it says the same in numbers, so that this is for eyes only.

import { h, scrollable } from './dom.js';

/** Thinner ones would be a haze. */
const LEAST = 0.04;
/** Of the picture, in pixels, as look.css has it. */
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
   * @param {string[]} words none hides the picture
   * @param {(number | undefined)[][]} weights a row for each of them, of what it looks at
   * @param {number} at the one whose arcs are drawn while none is pointed at
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
