// Masked words: the predictions of a bidirectional model for words that were removed.

import { fill } from '../../../engine/reader.js';
import { currentLanguage, formatNumber, onLanguage, say, text as words } from '../../../i18n/index.js';
import { button, h } from '../../../ui/dom.js';
import { textField } from '../../../ui/fields.js';
import { shareBar } from '../../../ui/share-bar.js';
import { visibleToken } from '../../../ui/visible-token.js';
import { Following } from './follow.js';
import { LeftOnly } from './left-only.js';

/** @typedef {import('../../../engine/reader.js').Filled} Filled */
/** @typedef {Filled['masks'][number][number]} Candidate */
/** @typedef {import('../../../i18n/index.js').Key} Key */

/** Rows of a mask's table. */
const TOP = 8;
/** Maximum number of words that can be masked by clicking; in longer texts, masks have to be typed. */
const MOST_WORDS = 120;
/** The mask inserted by a click; `[MASK]` is accepted, too. */
const BLANK = '___';
/** Splits a text into masks, words and other characters. */
const PIECES = /\[MASK\]|_{3,}|[\p{L}\p{M}\p{N}]+(?:['’][\p{L}]+)*|[^\p{L}\p{M}\p{N}]/gu;

export class MaskedWord {
  #state;
  #following;
  #text = h('p', { class: 'maskable', lang: '' });
  #tables = h('div', { class: 'candidates' });
  #leftOnly;
  /** The text in pieces. @type {string[]} */
  #pieces = [];
  /** @type {Filled | null} */
  #filled = null;
  /** What a GPT would write in place of the first mask. @type {import('./left-only.js').Guess | null} */
  #guess = null;
  /** Words masked by a click, by the index of their piece, so that another click restores them. @type {Map<number, string>} */
  #before = new Map();
  element;

  /**
   * @param {import('../../common/view.js').Context} context
   * @param {string} [place] prefix of ids, since the page may contain this twice
   */
  constructor(context, place = 'read') {
    const { state } = context;
    this.#state = state;
    this.#following = new Following(
      context,
      'bert',
      (request, text, onProgress) => fill({ ...request, text, top: TOP }, onProgress),
      (filled) => {
        this.#filled = filled;
        this.#drawTables();
        return filled.notes;
      },
      place,
    );
    this.#leftOnly = new LeftOnly(context, place, (guess) => {
      this.#guess = guess;
      this.#drawTables();
    });
    const example = (/** @type {Key} */ key, /** @type {string} */ masked) => button(key, () => this.#set(masked), { class: 'quiet' });
    this.element = h(
      'section',
      { class: 'desk', 'aria-labelledby': `${place}-masked-title` },
      h('h2', { id: `${place}-masked-title`, t: 'readMasked' }),
      h('p', { class: 'small', t: 'readMaskedHint' }),
      h('label', { for: `${place}-masked`, t: 'readMaskedText' }),
      textField(state, 'masked', { id: `${place}-masked`, rows: '2', spellcheck: 'false' }),
      h(
        'div',
        { class: 'row examples', role: 'group', tLabel: 'textExamples' },
        example('readExampleSoda', 'I would like a ___ with soda.'),
        example('readExampleSong', 'Die Nacht ist ___, und der Mond scheint ___.'),
      ),
      this.#text,
      this.#following.element,
      this.#tables,
      this.#leftOnly.element,
      this.#following.card,
    );
    onLanguage(() => {
      this.#drawText();
      this.#drawTables();
    });
  }

  show() {
    const { masked } = this.#state.settings;
    if (this.#pieces.join('') !== masked) {
      // The text was typed, so indices have changed.
      this.#before.clear();
      this.#pieces = masked.match(PIECES) ?? [];
      this.#filled = null;
      this.#drawText();
      this.#drawTables();
    }
    this.#following.follow(masked);
    const first = this.#pieces.findIndex(isMask);
    this.#leftOnly.follow(first < 0 ? null : this.#pieces.slice(0, first).join(''));
  }

  stop() {
    this.#leftOnly.stop();
  }

  /** @param {string} masked */
  #set(masked) {
    this.#before.clear();
    this.#state.set({ masked });
  }

  #drawText() {
    const isLong = this.#pieces.filter(isWord).length > MOST_WORDS;
    let masks = 0;
    this.#text.replaceChildren(
      ...this.#pieces.map((piece, at) => {
        if (isMask(piece)) {
          masks += 1;
          return this.#mask(at, masks);
        }
        return isWord(piece) && !isLong ? this.#word(at, piece) : piece;
      }),
    );
  }

  /**
   * @param {number} at
   * @param {string} word
   */
  #word(at, word) {
    const element = h('button', { type: 'button', 'aria-label': words('readMask', { word }) }, word);
    element.addEventListener('click', () => {
      this.#before.set(at, word);
      this.#put(at, BLANK);
    });
    return element;
  }

  /**
   * @param {number} at
   * @param {number} number of the mask
   */
  #mask(at, number) {
    const before = this.#before.get(at);
    const label = before === undefined ? 'readCandidates' : 'readUnmask';
    const element = h('button', { type: 'button', class: 'mask', 'aria-label': words(label, { number }) }, String(number));
    element.addEventListener('click', () => {
      // The word of a typed mask is unknown; go to its candidates instead.
      if (before === undefined) this.#tables.querySelectorAll('table')[number - 1]?.querySelector('button')?.focus();
      else this.#put(at, before);
    });
    return element;
  }

  /**
   * @param {number} at
   * @param {string} piece
   */
  #put(at, piece) {
    this.#pieces[at] = piece;
    this.#drawText();
    /** @type {HTMLElement[]} */ ([...this.#text.querySelectorAll('button')]).find((_, i) => i === this.#buttonsBefore(at))?.focus();
    this.#state.set({ masked: this.#pieces.join('') });
  }

  /** @param {number} at */
  #buttonsBefore(at) {
    return this.#pieces.slice(0, at).filter((piece) => isMask(piece) || isWord(piece)).length;
  }

  #drawTables() {
    const places = this.#pieces.flatMap((piece, at) => (isMask(piece) ? [at] : []));
    const masks = (this.#filled?.masks ?? []).map((mask, i) => this.#table(mask, say(h('caption'), 'readCandidates', { number: i + 1 }), places[i]));
    if (this.#guess) {
      const { candidates, model } = this.#guess;
      const caption = say(h('caption'), 'readGuess', { model: model.title[currentLanguage()] });
      masks.splice(1, 0, this.#table(candidates, caption, places[0]));
    }
    this.#tables.replaceChildren(...masks);
  }

  /**
   * @param {Candidate[]} candidates
   * @param {HTMLElement} caption
   * @param {number} at the mask
   */
  #table(candidates, caption, at) {
    const row = (/** @type {Candidate} */ { text, begins_word, probability }) => {
      const word = h('button', { type: 'button', lang: '' }, begins_word ? visibleToken(text) : `…${visibleToken(text)}`);
      word.addEventListener('click', () => {
        // A candidate that continues a word is joined to the piece before it.
        if (!begins_word && /^\s+$/.test(this.#pieces[at - 1] ?? '')) this.#pieces[at - 1] = '';
        this.#put(at, text);
      });
      return h(
        'tr',
        {},
        h('th', { scope: 'row' }, word),
        h('td', {}, formatNumber(probability, { style: 'percent', maximumFractionDigits: 1 }), shareBar(probability)),
      );
    };
    const head = h('thead', {}, h('tr', {}, h('th', { scope: 'col', t: 'readWord' }), h('th', { scope: 'col', t: 'readProbability' })));
    return h('table', {}, caption, head, h('tbody', {}, ...candidates.map(row)));
  }
}

/** @param {string} piece */
function isMask(piece) {
  return piece === '[MASK]' || /^_{3,}$/.test(piece);
}

/** @param {string} piece */
function isWord(piece) {
  return /^[\p{L}\p{M}\p{N}]/u.test(piece);
}
