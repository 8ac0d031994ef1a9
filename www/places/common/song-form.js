// The controls for a song's form: title, style, rhymes, stanzas and choruses.

import { say } from '../../i18n/index.js';
import { button, h } from '../../ui/dom.js';
import { askFor, hasForm, isFirstSong, linesOffered, NO_FORM } from './song-form-rules.js';

/** @typedef {import('../../engine/protocol.js').Header} Header */
/** @typedef {import('../../i18n/index.js').Key} Key */
/** @typedef {import('../../state.js').State} State */
/** @typedef {[value: string, label: Key | null]} Option without a label, the value is shown */

/** @type {Option[]} */
const SCHEMES = [
  ['', 'formAny'],
  ['free', 'formSchemeFree'],
  ['AABB', 'formSchemePairs'],
  ['ABAB', 'formSchemeCrossed'],
  ['XAXA', 'formSchemeSecond'],
];
/** @type {Option[]} */
const PARTS = [
  ['', 'formPartsVerses'],
  ['VCVC', null],
  ['VCVCBC', null],
  ['VVCVC', null],
];
/** @type {Option[]} */
const STANZAS = [['0', 'formUsual'], ...numbered(12)];
/** @type {Readonly<Record<string, Key>>} */
const STYLES = { old: 'formStyleOld', modern: 'formStyleModern' };
const MOST_SYLLABLES = 40;

export class SongForm {
  #state;
  /** Header fields that the chosen model understands. @type {Header} */
  #header = { styles: [], titles: true };
  #titleHint = h('p', { class: 'small', id: 'title-hint' });
  /** Summary of the form. */
  #asked = h('span', { class: 'small' });
  #style;
  /** The title field, shown outside the details. */
  title;
  element;

  /** @param {State} state */
  constructor(state) {
    this.#state = state;
    this.title = h('div', { class: 'field' }, h('label', { for: 'title', t: 'formTitle' }), titleField(state), this.#titleHint);
    this.#style = picker(state, 'style', 'style', 'formStyle', () => this.#styles());
    const off = button('formOff', () => askFor(state, NO_FORM), { class: 'quiet', 'data-changes': 'scheme' });
    this.element = h(
      'details',
      { class: 'settings form' },
      h('summary', {}, h('span', { t: 'form' }), this.#asked),
      h('p', { class: 'small', t: 'formHint' }),
      h(
        'div',
        { class: 'form-fields' },
        this.#style,
        picker(state, 'scheme', 'scheme', 'formScheme', () => SCHEMES),
        picker(state, 'stanzas', 'stanzas', 'stanzas', () => STANZAS),
        picker(state, 'lines', 'lines', 'lines', () => linesOffered(state.settings.scheme).map((n) => [String(n), n ? null : 'formUsual'])),
        picker(state, 'parts', 'parts', 'formParts', () => PARTS, 'formPartsHint'),
      ),
      syllables(state),
      off,
    );
    let had = false;
    const show = () => {
      const has = hasForm(state.settings);
      // Open the details when a visitor or a link requests a form.
      if (has && !had && !isFirstSong(state.settings)) this.element.open = true;
      had = has;
      off.hidden = !has;
      this.#show();
    };
    state.onChange(show);
    show();
  }

  /** Adapts the form to the header fields that the chosen model understands. @param {Header} header */
  offer(header) {
    this.#header = header;
    this.#show();
    this.#style.dispatchEvent(new Event('offer'));
  }

  #show() {
    const { settings } = this.#state;
    this.#style.hidden = this.#header.styles.length === 0 && settings.style === '';
    const { style, scheme } = settings;
    this.#asked.textContent = [style, scheme === 'free' ? '' : scheme]
      .filter(Boolean)
      .map((part) => ` · ${part}`)
      .join('');
    say(this.#titleHint, this.#header.titles ? 'formTitleHint' : 'formTitleUnread');
  }

  /** @param {string} style */
  knows(style) {
    return this.#header.styles.includes(style);
  }

  /** @returns {Option[]} */
  #styles() {
    return [['', 'formAny'], ...this.#header.styles.map((style) => /** @type {Option} */ ([style, STYLES[style] ?? null]))];
  }
}

/** @param {number} most @returns {Option[]} */
function numbered(most) {
  return Array.from({ length: most }, (_, i) => [String(i + 1), null]);
}

/** @param {State} state */
function titleField(state) {
  const field = h('input', { id: 'title', type: 'text', maxlength: '100', autocomplete: 'off', 'data-setting': 'title', 'aria-describedby': 'title-hint' });
  const show = () => {
    if (field.value !== state.settings.title) field.value = state.settings.title;
  };
  field.addEventListener('input', () => askFor(state, { title: field.value }));
  state.onChange(show);
  show();
  return field;
}

/**
 * A select box whose options may change; a value from a link is offered, too.
 *
 * @param {State} state
 * @param {'style' | 'scheme' | 'parts' | 'stanzas' | 'lines'} name
 * @param {string} id also the key in links
 * @param {Key} label
 * @param {() => Option[]} options
 * @param {Key} [hint]
 */
function picker(state, name, id, label, options, hint) {
  const element = h('select', { id, 'data-setting': id, ...(hint && { 'aria-describedby': `${id}-hint` }) });
  let shown = '';
  const show = () => {
    const value = String(state.settings[name]);
    const all = options();
    if (!all.some(([offered]) => offered === value)) all.push([value, null]);
    const spelled = JSON.stringify(all);
    if (spelled !== shown) {
      shown = spelled;
      element.replaceChildren(...all.map(([offered, t]) => (t ? h('option', { value: offered, t }) : h('option', { value: offered }, offered))));
    }
    element.value = value;
  };
  element.addEventListener('change', () => {
    const number = typeof state.settings[name] === 'number';
    askFor(state, { [name]: number ? Number(element.value) : element.value });
  });
  state.onChange(show);
  show();
  const field = h('div', { class: `field ${id}` }, h('label', { for: id, t: label }), element);
  if (hint) field.append(h('p', { class: 'small', id: `${id}-hint`, t: hint }));
  field.addEventListener('offer', show);
  return field;
}

/**
 * Two number fields for a range; a single number is used for both bounds.
 *
 * @param {State} state
 */
function syllables(state) {
  const number = (/** @type {string} */ id) => h('input', { id, type: 'number', inputmode: 'numeric', min: '1', max: String(MOST_SYLLABLES), step: '1' });
  const [least, most] = [number('syllables-least'), number('syllables-most')];
  const show = () => {
    // Do not overwrite a number that is being typed.
    if (document.activeElement === least || document.activeElement === most) return;
    [least.value, most.value] = state.settings.syllables.split('-').concat('');
    check();
  };
  const check = () => {
    const bounds = [least, most].map(({ value }) => value);
    const given = bounds.filter(Boolean);
    const [from, to] = [bounds[0] || given[0], bounds[1] || given[0]].map(Number);
    const isRange = !given.length || (given.every((value) => /^\d{1,2}$/.test(value)) && from >= 1 && from <= to && to <= MOST_SYLLABLES);
    for (const field of [least, most]) {
      if (isRange) field.removeAttribute('aria-invalid');
      else field.setAttribute('aria-invalid', 'true');
    }
    return isRange ? (given.length ? `${from}-${to}` : '') : null;
  };
  for (const field of [least, most]) {
    field.addEventListener('input', () => {
      const range = check();
      if (range !== null && range !== state.settings.syllables) askFor(state, { syllables: range });
    });
    field.addEventListener('blur', () => queueMicrotask(show));
  }
  state.onChange(show);
  show();
  return h(
    'fieldset',
    { class: 'field syllables', id: 'syllables', 'data-setting': 'syllables' },
    h('legend', { t: 'formSyllables' }),
    h('label', { for: 'syllables-least', t: 'formSyllablesLeast' }),
    least,
    h('label', { for: 'syllables-most', t: 'formSyllablesMost' }),
    most,
  );
}
