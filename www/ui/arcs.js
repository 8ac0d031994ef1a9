// Draws attention as arcs above the words: from a token to each one it attends to, as thick as the weight. Pointing at a
// word, by mouse or arrow keys, draws its arcs. For screen readers, each word names what it attends to most.

import { formatNumber } from '../i18n/index.js';
import { h, scrollable } from './dom.js';

/** Smaller weights are not drawn, to avoid clutter. */
const LEAST = 0.04;
/** Number of words named for screen readers. */
const NAMED = 3;
/** Height of the picture in pixels, as in look.css. */
const HEIGHT = 60;
const NAMESPACE = 'http://www.w3.org/2000/svg';

export class Arcs {
  #svg = document.createElementNS(NAMESPACE, 'svg');
  #words = h('div', { class: 'arc-words', role: 'listbox', 'aria-orientation': 'horizontal', tLabel: 'attentionArcs' });
  #picture = h('div', { class: 'arcs' });
  element = scrollable(h('div', {}, this.#picture), 'attentionArcs');
  /** @type {(number | undefined)[][]} */
  #weights = [];
  #at = 0;

  constructor() {
    this.#svg.setAttribute('aria-hidden', 'true');
    this.#picture.append(this.#svg, this.#words);
    for (const event of ['pointerover', 'focusin']) {
      this.#words.addEventListener(event, ({ target }) => {
        const place = this.#placeOf(target);
        if (place >= 0) this.#draw(place);
      });
    }
    for (const event of ['pointerleave', 'focusout']) this.#words.addEventListener(event, () => this.#draw(this.#at));
    this.#words.addEventListener('keydown', (event) => this.#walk(event));
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
    this.#words.replaceChildren(...words.map((word) => h('span', { lang: language, role: 'option' }, word)));
    this.#draw(at);
    const own = /** @type {HTMLElement | undefined} */ (this.#words.children[at]);
    if (own) this.element.scrollLeft = own.offsetLeft + own.offsetWidth - this.element.clientWidth;
  }

  /** @param {EventTarget | null} target */
  #placeOf(target) {
    return [...this.#words.children].indexOf(/** @type {Element} */ (target));
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = this.#placeOf(event.target);
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: this.#words.children.length - 1 };
    if (place < 0 || !(event.key in steps)) return;
    event.preventDefault();
    /** @type {HTMLElement | undefined} */ (this.#words.children[steps[event.key]])?.focus();
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
      word.setAttribute('aria-selected', String(i === from));
      word.tabIndex = i === from ? 0 : -1;
      word.style.setProperty('--light', String(Math.round(100 * (i === from ? 0 : (weights[i] ?? 0)))));
    });
    const own = places[from];
    own?.setAttribute('aria-label', told(places, weights, from));
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

/**
 * Names a word and those it attends to most.
 *
 * @param {HTMLElement[]} words
 * @param {(number | undefined)[]} weights
 * @param {number} own index of the word
 */
function told(words, weights, own) {
  const most = words
    .map(({ textContent }, i) => ({ word: textContent, weight: weights[i] ?? 0 }))
    .filter(({ weight }, i) => i !== own && weight >= LEAST)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, NAMED)
    .map(({ word, weight }) => `${word} ${formatNumber(weight, { style: 'percent', maximumFractionDigits: 0 })}`);
  return [words[own].textContent ?? '', most.join(', ')].filter(Boolean).join(': ');
}
