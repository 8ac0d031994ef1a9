import { h } from './dom.js';
import { visibleToken } from './visible-token.js';
import { Verse } from './verse.js';

/**
 * A text whose tokens can be selected by mouse or keyboard. It is a single tab stop; arrow keys move between tokens.
 */
export class TokenText {
  #verse = new Verse();
  #hint = h('p', { class: 'small empty', t: 'tokenTextHint' });
  element = h('section', { class: 'sheet', tLabel: 'sheet' }, this.#hint, this.#verse.element);
  #onChoose;
  #language = '';
  #prompt = '';
  /** @type {{ text: string, given: boolean, element: HTMLElement }[]} */
  #tokens = [];
  /** @type {HTMLElement | null} */
  #marked = null;

  /** @param {(index: number) => void} onChoose */
  constructor(onChoose) {
    this.#onChoose = onChoose;
    this.#verse.element.addEventListener('keydown', (event) => this.#walk(event));
  }

  /** The exact text. */
  get text() {
    return this.#prompt + this.#tokens.map(({ text }) => text).join('');
  }

  /**
   * @param {string} language
   * @param {string} prompt the text that the model continues
   */
  clear(language, prompt) {
    this.#language = language;
    this.#prompt = prompt;
    this.#tokens = [];
    this.#hint.hidden = prompt !== '';
    this.#verse.clear(language);
    this.#verse.append(prompt, (part) => h('span', { class: 'given' }, part));
  }

  /**
   * Replaces all tokens from index `from` on.
   *
   * @param {number} from
   * @param {{ text: string }[]} steps
   * @param {(index: number) => boolean} isGiven whether the visitor chose a token
   */
  replace(from, steps, isGiven) {
    const kept = this.#tokens.slice(0, from);
    if (kept.length < this.#tokens.length) {
      this.clear(this.#language, this.#prompt);
      for (const { text, given } of kept) this.#append(text, given);
    }
    for (const { text } of steps) this.#append(text, isGiven(this.#tokens.length));
  }

  /** Colours the background of tokens. @param {(index: number) => string} colourOf a CSS colour, or empty for none */
  tint(colourOf) {
    this.#tokens.forEach(({ element }, i) => {
      const ground = colourOf(i);
      element.classList.toggle('tinted', ground !== '');
      element.style.setProperty('--ground', ground || 'transparent');
    });
  }

  /** Selects a token. @param {number} index */
  mark(index) {
    press(this.#marked, false);
    this.#marked = this.#tokens[index]?.element ?? null;
    press(this.#marked, true);
  }

  /**
   * @param {string} text
   * @param {boolean} given
   */
  #append(text, given) {
    const index = this.#tokens.length;
    this.#hint.hidden = true;
    // A <button> is an atomic box; a span lets a token wrap with the surrounding text.
    const element = h('span', { class: given ? 'token by-hand' : 'token', role: 'button', 'aria-pressed': 'false' });
    element.tabIndex = -1;
    element.addEventListener('click', () => this.#onChoose(index));
    this.#tokens.push({ text, given, element });
    const [, before, shown, after] = /^(\n*)([\s\S]*?)(\n*)$/.exec(text) ?? [];
    element.append(shown || visibleToken(text));
    element.classList.toggle('unwritten', !shown);
    if (!shown?.trim()) element.setAttribute('aria-label', visibleToken(text));
    // The sign for a line break is put at the end of the line it ends.
    if (shown) this.#verse.append(before);
    this.#verse.place(element);
    this.#verse.append(shown ? after : before);
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#tokens.findIndex(({ element }) => element === event.target);
    /** @type {Record<string, number>} */
    const steps = {
      Enter: at,
      ' ': at,
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: this.#tokens.length - 1,
    };
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    const next = steps[event.key];
    if (!this.#tokens[next]) return;
    this.#tokens[next].element.focus();
    this.#onChoose(next);
  }
}

/**
 * @param {HTMLElement | null} element
 * @param {boolean} pressed
 */
function press(element, pressed) {
  if (!element) return;
  element.setAttribute('aria-pressed', String(pressed));
  element.tabIndex = pressed ? 0 : -1;
}
