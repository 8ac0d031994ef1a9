// A translation in rows: a German sentence, and beside it the English of one or two models. Pointing at a word, by
// mouse or arrow keys, highlights the words that the model attended to while writing it.

import { currentLanguage, formatNumber, onLanguage, say, saysNothing } from '../i18n/index.js';
import { wordAttention } from '../words.js';
import { h } from './dom.js';

/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../engine/protocol.js').Piece} Piece */
/** @typedef {Pick<Piece, 'index' | 'before' | 'source'>} Place of a sentence in the German text */
/** @typedef {(HTMLElement | null)[]} Words null for a word that does not occur literally in the text */

/**
 * @typedef {object} English a sentence translated by one model
 * @property {Piece} piece
 * @property {HTMLElement} element
 * @property {Words} words
 * @property {number[][]} weights a row for each word, a column for each German word
 *
 * @typedef {object} Row of the table
 * @property {HTMLTableRowElement} element
 * @property {HTMLElement} german
 * @property {HTMLElement[]} english a cell for each column, even while that is hidden
 */

export class TranslationRows {
  #body = h('tbody');
  #readout = h('p', { class: 'small readout', 'aria-live': 'polite' });
  #empty = h('p', { class: 'small empty', t: 'englishHint' });
  #table;
  #heads = h('tr');
  #german = h('th', { scope: 'col', class: 'german', t: 'german' });
  /** @type {Map<number, Row>} */
  #rows = new Map();
  /** @type {Column[]} */
  columns;
  element;

  /** @param {(piece: Piece) => void} onChoose */
  constructor(onChoose) {
    const ends = {
      row: (/** @type {Place} */ piece) => this.#row(piece),
      told: (/** @type {Readout | null} */ weight) => this.#tell(weight),
      walk: (/** @type {Column} */ column, /** @type {KeyboardEvent} */ event) => this.#walk(column, event),
      begun: () => this.#begin(),
      arranged: () => this.#arrange(),
      choose: onChoose,
    };
    this.columns = [new Column(0, ends), new Column(1, ends)];
    this.#table = h('table', { class: 'translation' }, h('thead', {}, this.#heads), this.#body);
    this.#arrange();
    this.element = h('section', { class: 'sheet rows', tLabel: 'translation' }, this.#empty, this.#table, this.#readout);
    this.#body.addEventListener('pointerover', ({ target }) => this.#point(target));
    this.#body.addEventListener('pointerleave', () => this.#point(null));
  }

  /** Removes the rows of the previous text when the first model starts a new one. */
  #begin() {
    for (const column of this.columns) column.forget();
    this.#rows.clear();
    this.#body.replaceChildren();
    this.#empty.hidden = false;
    saysNothing(this.#readout);
  }

  /** @param {Place} piece */
  #row({ index, before, source }) {
    const known = this.#rows.get(index);
    if (known) return known;
    const row = {
      element: h('tr', before.split('\n').length > 2 ? { class: 'after-gap' } : {}),
      german: h('th', { scope: 'row', lang: 'de' }, source),
      english: this.columns.map(() => h('td', { lang: 'en' })),
    };
    row.element.append(row.german, ...this.#shown(row.english));
    this.#rows.set(index, row);
    this.#body.append(row.element);
    this.#empty.hidden = true;
    return row;
  }

  /** Leaves hidden columns out of the table. */
  #arrange() {
    this.#heads.replaceChildren(this.#german, ...this.#shown(this.columns.map(({ head }) => head)));
    this.#table.classList.toggle('two', this.#heads.cells.length > 2);
    for (const { element, german, english } of this.#rows.values()) element.replaceChildren(german, ...this.#shown(english));
  }

  /** @param {HTMLElement[]} cells one for each column */
  #shown(cells) {
    return cells.filter((_, i) => !this.columns[i].hidden);
  }

  /** @param {EventTarget | null} target */
  #point(target) {
    const word = target instanceof HTMLElement && target.matches('.word') ? target : null;
    // Both columns refer to the same German words.
    for (const column of this.columns) column.dim();
    if (word) for (const column of this.columns) column.light(word);
    if (!word) this.#tell(null);
  }

  /** @param {Readout | null} weight */
  #tell(weight) {
    if (weight) say(this.#readout, 'weight', { ...weight, weight: formatNumber(weight.weight, { style: 'percent', maximumFractionDigits: 0 }) });
    else saysNothing(this.#readout);
  }

  /**
   * Handles keys: up and down move between sentences, left and right between words.
   *
   * @param {Column} column
   * @param {KeyboardEvent} event
   */
  #walk(column, event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return;
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      event.preventDefault();
      column.step(event.target, event.key === 'ArrowRight' ? 1 : -1);
      return;
    }
    const all = column.pieces;
    const at = all.findIndex(({ element }) => element === event.target);
    /** @type {Record<string, number>} */
    const steps = { Enter: at, ' ': at, ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    all[steps[event.key]]?.element.focus();
    if (all[steps[event.key]]) column.choose(all[steps[event.key]].piece);
  }
}

/**
 * @typedef {{ target: string, source: string, weight: number }} Readout
 *
 * @typedef {object} Ends callbacks from a column to its table
 * @property {(piece: Place) => Row} row
 * @property {(weight: Readout | null) => void} told
 * @property {(column: Column, event: KeyboardEvent) => void} walk
 * @property {() => void} begun
 * @property {() => void} arranged
 * @property {(piece: Piece) => void} choose
 */

/** The English of one model, and the German words it is linked to. */
export class Column {
  #place;
  #ends;
  #name = h('span', { t: 'english' });
  #bleu = h('span', { class: 'small' });
  /** Progress and speed. Not a live region, so not announced. */
  speed = h('span', { class: 'speed small' });
  head = h('th', { scope: 'col', class: 'english' }, this.#name, ' ', this.#bleu, ' ', this.speed);
  /** @type {ModelEntry | null} */
  model = null;
  /** The exact translation. */
  text = '';
  /** @type {Map<number, English & { german: Words }>} */
  #english = new Map();
  #hidden = false;

  /**
   * @param {number} place index of the column; the first one also writes the German
   * @param {Ends} ends
   */
  constructor(place, ends) {
    this.#place = place;
    this.#ends = ends;
    onLanguage(() => this.#imprint());
  }

  get pieces() {
    return [...this.#english.values()];
  }

  get choose() {
    return this.#ends.choose;
  }

  get hidden() {
    return this.#hidden;
  }

  set hidden(hidden) {
    if (hidden === this.#hidden) return;
    this.#hidden = hidden;
    this.#ends.arranged();
  }

  /** @param {number} index */
  piece(index) {
    return this.#english.get(index)?.piece;
  }

  /**
   * Clears the column for the next translation, by the given model.
   *
   * @param {ModelEntry} model
   */
  clear(model) {
    this.model = model;
    this.forget();
    if (this.#place === 0) this.#ends.begun();
    this.#imprint();
  }

  /** Removes the translation. */
  forget() {
    this.text = '';
    for (const { element } of this.#english.values()) element.parentElement?.replaceChildren();
    this.#english.clear();
    saysNothing(this.speed);
  }

  /** @param {boolean} working */
  setWorking(working) {
    const sheet = this.head.closest('section');
    sheet?.classList.toggle('writing', working);
    sheet?.setAttribute('aria-busy', String(working));
  }

  /** @param {Piece} piece */
  append(piece) {
    this.text += piece.before + piece.text;
    if (piece.text.trim() === '' && piece.source.trim() === '') return;
    const row = this.#ends.row(piece);
    const cell = row.english[this.#place];
    if (!piece.attention.length) {
      cell.textContent = piece.text;
      return;
    }
    const { source, target, weights } = wordAttention(piece);
    const element = h('span', { class: 'piece', role: 'button', 'aria-pressed': 'false', 'data-model': this.model?.id ?? '' });
    element.tabIndex = this.#english.size ? -1 : 0;
    const words = set(element, piece.text, target);
    const german = set(row.german, piece.source, source, row.german.querySelector('.word') !== null);
    element.addEventListener('click', () => this.#ends.choose(piece));
    element.addEventListener('keydown', (event) => this.#ends.walk(this, event));
    element.addEventListener('blur', () => {
      this.dim();
      this.#ends.told(null);
    });
    cell.replaceChildren(element);
    this.#english.set(piece.index, { piece, element, words, weights, german });
  }

  /**
   * Shows a translation computed beforehand, without attention.
   *
   * @param {string} german
   * @param {string} english with as many lines
   */
  showBeforehand(german, english) {
    const lines = english.split('\n');
    german.split('\n').forEach((source, index) => {
      this.#ends.row({ index, before: '', source }).english[this.#place].textContent = lines[index];
    });
    say(this.speed, 'beforehand');
  }

  /** @param {number} index of a piece, which this column need not have */
  mark(index) {
    for (const [own, { element }] of this.#english) {
      element.setAttribute('aria-pressed', String(own === index));
      element.tabIndex = own === index ? 0 : -1;
    }
    const first = this.#english.values().next().value;
    if (first && !this.#english.has(index)) first.element.tabIndex = 0;
  }

  dim() {
    for (const { words, german } of this.#english.values()) for (const each of [...words, ...german]) if (each) dim(each);
  }

  /** @param {HTMLElement} word an English or German word */
  light(word) {
    for (const { words, german, weights } of this.#english.values()) {
      const [t, s] = [words.indexOf(word), german.indexOf(word)];
      if (t >= 0) {
        shine(german, weights[t]);
        this.#read(words, german, weights, t);
      } else if (s >= 0) {
        shine(
          words,
          weights.map((row) => row[s]),
        );
      }
      if (t >= 0 || s >= 0) word.classList.add('pointed-at');
      if (t >= 0) return;
    }
  }

  /**
   * @param {HTMLElement} element a sentence
   * @param {1 | -1} way
   */
  step(element, way) {
    const found = this.pieces.find((piece) => piece.element === element);
    const words = found?.words.filter((word) => word !== null) ?? [];
    if (words.length === 0) return;
    const at = words.findIndex((word) => word.classList.contains('pointed-at'));
    this.dim();
    this.light(words[(at < 0 ? (way > 0 ? 0 : words.length - 1) : at + way + words.length) % words.length]);
  }

  /**
   * @param {Words} words
   * @param {Words} german
   * @param {number[][]} weights
   * @param {number} t
   */
  #read(words, german, weights, t) {
    let most = -1;
    german.forEach((word, s) => {
      if (word && (most < 0 || weights[t][s] > weights[t][most])) most = s;
    });
    const [target, source] = [words[t]?.textContent, german[most]?.textContent];
    if (target && source) this.#ends.told({ target, source, weight: weights[t][most] });
  }

  #imprint() {
    if (!this.model) return;
    const { title, figures } = this.model;
    saysNothing(this.#name).textContent = title[currentLanguage()];
    this.#name.translate = false;
    if (figures.dev_bleu === undefined) saysNothing(this.#bleu);
    else say(this.#bleu, 'bleuShort', { value: figures.dev_bleu });
  }
}

/**
 * Renders a text with each word in an element of its own.
 *
 * @param {HTMLElement} place
 * @param {string} text
 * @param {string[]} words as the model reads them, which may be spelled differently
 * @param {boolean} [isSet] whether another column has rendered the text already; its elements are then reused
 * @returns {Words}
 */
function set(place, text, words, isSet = false) {
  const there = isSet ? /** @type {HTMLElement[]} */ ([...place.querySelectorAll('.word')]) : [];
  let [at, next] = [0, 0];
  /** @type {(Node | string)[]} */
  const nodes = [];
  const found = words.map((word) => {
    if (isSet) {
      const i = there.findIndex((each, j) => j >= next && each.textContent === word);
      if (i >= 0) next = i + 1;
      return there[i] ?? null;
    }
    const i = word === '' ? -1 : text.indexOf(word, at);
    if (i < 0) return null;
    const element = h('span', { class: 'word' }, word);
    nodes.push(text.slice(at, i), element);
    at = i + word.length;
    return element;
  });
  if (!isSet) place.replaceChildren(...nodes, text.slice(at));
  return found;
}

/**
 * @param {Words} words
 * @param {number[]} weights
 */
function shine(words, weights) {
  const most = Math.max(...weights);
  words.forEach((word, i) => word?.style.setProperty('--light', String(Math.round((100 * weights[i]) / most))));
}

/** @param {HTMLElement} word */
function dim(word) {
  word.style.removeProperty('--light');
  word.classList.remove('pointed-at');
}
