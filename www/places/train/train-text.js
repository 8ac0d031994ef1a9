// The first step of training: a text, pasted, dropped or an example, and its statistics.

import { toFailure } from '../../errors.js';
import { fetchText } from '../../engine/texts.js';
import { onLanguage, say, saysNothing, text as textOf } from '../../i18n/index.js';
import { kindOfTraining, plannedData } from './data.js';
import { filesOf, readFiles } from './files.js';
import { AlertBox } from '../../ui/alert-box.js';
import { button, h } from '../../ui/dom.js';
import { Notes } from '../../ui/notes.js';

/** @typedef {import('../../engine/training-protocol.js').Facts} Facts */
/** @typedef {import('../../i18n/index.js').Key} Key */

/** Pause in typing after which the statistics are updated. */
const PATIENCE_MS = 400;

/** @type {readonly { file: string, title: Key, kind: string }[]} */
const OURS = [
  { file: 'places/train/texts/verse-en.txt', title: 'oursEnglish', kind: '' },
  { file: 'places/train/texts/verse-de.txt', title: 'oursGerman', kind: '' },
  { file: 'places/train/texts/pairs.tsv', title: 'oursPairs', kind: 'seq2seq' },
];

/** Texts for the units that are held out as a whole. @type {Readonly<Record<string, Key>>} */
const UNITS = { title: 'factsSongs', song: 'factsSongs', stanza: 'factsStanzas' };

/** @param {string} kind */
export function wantsPairs(kind) {
  return kind === 'seq2seq' || kind === 'transformer';
}

export class TextStep {
  #state;
  #reader;
  #alert = new AlertBox();
  #notes = new Notes();
  #area = h('textarea', { id: 'train-text', rows: '8', spellcheck: 'false', autocomplete: 'off', 'aria-describedby': 'train-text-hint' });
  #files = h('input', { id: 'train-files', type: 'file', multiple: true, accept: '.txt,.tsv,.csv,.lrc,.srt,.vtt,text/*' });
  #facts = h('p', { class: 'facts', role: 'status' });
  #odd = h('details', { hidden: true }, h('summary', { t: 'oddCharacters' }));
  #oddList = h('ul', { class: 'odd' });
  #timer = 0;
  #asked = 0;
  /** @type {Facts | null} */
  #known = null;
  /** The whole text if it is too long for the field, otherwise empty. */
  #long = '';
  /** Notes from reading files. @type {import('../../engine/protocol.js').Note[]} */
  #fileNotes = [];
  /** The text being loaded, unless a newer one has replaced it. @type {Promise<void> | null} */
  #coming = null;
  onChange = () => {};
  element;

  /**
   * @param {import('../../state.js').State} state
   * @param {import('../../engine/trainer-client.js').TrainerClient} reader
   */
  constructor(state, reader) {
    this.#state = state;
    this.#reader = reader;
    this.#odd.append(this.#oddList, h('p', { class: 'small', t: 'oddHint' }));
    this.#area.addEventListener('input', () => {
      this.#coming = null;
      this.#long = '';
      this.#area.readOnly = false;
      this.#fileNotes = [];
      this.#changed(PATIENCE_MS);
    });
    this.#files.addEventListener('change', () => {
      if (this.#files.files) this.#read([...this.#files.files]);
    });
    this.element = h(
      'section',
      { class: 'train-step drop', 'aria-labelledby': 'train-text-title' },
      h('h2', { id: 'train-text-title', t: 'trainText' }),
      h(
        'div',
        { class: 'line-up' },
        h('label', { for: 'train-text', t: 'trainTextLabel' }),
        button('emptyText', () => this.set(''), { class: 'quiet' }),
      ),
      this.#area,
      h('p', { class: 'small', id: 'train-text-hint', t: 'trainTextHint' }),
      h('div', { class: 'row files' }, h('label', { for: 'train-files', t: 'chooseFiles' }), this.#files),
      h('p', { class: 'small', t: 'oursIntro' }),
      h('div', { class: 'row ours' }, ...OURS.map((ours) => button(ours.title, () => this.#take(ours), { class: 'quiet' }))),
      this.#facts,
      this.#alert.element,
      this.#notes.element,
      this.#odd,
    );
    listenToDrops(this.element, (files) => this.#read(files));
    const asOf = () => JSON.stringify([state.settings.kind, plannedData(state.settings)]);
    let before = asOf();
    state.onChange(() => {
      if (before !== asOf()) this.#changed(0);
      before = asOf();
    });
    onLanguage(() => this.#tell());
  }

  get text() {
    return this.#long || this.#area.value;
  }

  /** Statistics of the text; null while unknown or if it cannot be used for training. */
  get facts() {
    return this.#known;
  }

  focus() {
    this.#area.focus();
  }

  /**
   * @param {string} text
   * @param {import('../../engine/protocol.js').Note[]} [notes]
   */
  set(text, notes = []) {
    this.#coming = null;
    // A field with a million lines would freeze; show the beginning only.
    this.#long = text.length > SHOWN ? text : '';
    this.#area.value = this.#long ? `${text.slice(0, SHOWN)}\n…` : text;
    this.#area.readOnly = this.#long !== '';
    this.#fileNotes = notes;
    this.#changed(0);
  }

  /** Resolves when the text requested last has loaded or failed. */
  async arrived() {
    while (this.#coming) await this.#coming;
  }

  /** @param {typeof OURS[number]} ours */
  #take({ file, kind }) {
    this.#bring(async () => {
      const text = await fetchText(new URL(file, document.baseURI).href, { cache: 'default' });
      return { text, notes: [], kind: kind || 'char_lstm' };
    });
  }

  /** @param {File[]} files */
  #read(files) {
    this.#bring(async () => {
      try {
        const table = wantsPairs(this.#state.settings.kind);
        return { ...(await readFiles(files, this.#reader, table)), kind: null };
      } finally {
        this.#files.value = '';
      }
    });
  }

  /**
   * Loads a text. The one requested last wins, in whichever order they arrive.
   *
   * @param {() => Promise<{ text: string, notes: import('../../engine/protocol.js').Note[], kind: string | null }>} fetched
   *   with the kind of model it is for, if any
   */
  #bring(fetched) {
    /** @param {() => void} act */
    const ifLast = (act) => {
      if (this.#coming === coming) act();
    };
    const set = (/** @type {Awaited<ReturnType<typeof fetched>>} */ { text, notes, kind }) => {
      const { settings } = this.#state;
      if (kind && wantsPairs(kind) !== wantsPairs(settings.kind)) this.#state.set({ kind, base: '' });
      this.set(text, notes);
    };
    const coming = fetched()
      .then((arrived) => ifLast(() => set(arrived)))
      .catch((error) => ifLast(() => this.#fail(error)))
      .finally(() => ifLast(() => (this.#coming = null)));
    this.#coming = coming;
  }

  /** @param {number} patience */
  #changed(patience) {
    clearTimeout(this.#timer);
    this.#known = null;
    this.#asked += 1;
    this.onChange();
    this.#timer = window.setTimeout(() => void this.#inspect(), patience);
  }

  async #inspect() {
    const asked = this.#asked;
    const { settings } = this.#state;
    this.#alert.clear();
    this.#notes.clear();
    this.#notes.add(this.#fileNotes);
    if (this.text.trim() === '') return this.#tell();
    try {
      const facts = await this.#reader.inspect(this.text, kindOfTraining(settings), plannedData(settings), settings.seed);
      if (asked !== this.#asked) return;
      this.#known = facts;
      this.#notes.add(facts.notes);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#fail(error);
    }
    this.#tell();
    this.onChange();
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#alert.show(toFailure(error), () => void this.#inspect());
  }

  #tell() {
    const facts = this.#known;
    this.#odd.hidden = !facts?.odd.length;
    if (!facts) {
      saysNothing(this.#facts);
      return;
    }
    const { songs, lines, characters, vocabulary, unit, train_songs: learned, held_out_songs: held } = facts;
    if (unit === 'pair') say(this.#facts, 'factsPairs', { pairs: songs, characters, vocabulary, learned, held });
    else say(this.#facts, UNITS[unit] ?? 'factsLines', { songs, lines, characters, vocabulary, learned, held });
    this.#oddList.replaceChildren(
      ...facts.odd.map(({ character, count, dropped }) => {
        const times = ` ${textOf('times', { count })}`;
        return h('li', {}, h('code', {}, visible(character)), dropped ? `${times} (${textOf('leftOut')})` : times);
      }),
    );
  }
}

const SHOWN = 200_000;

/**
 * Replaces an invisible character with its code point.
 *
 * @param {string} character
 */
function visible(character) {
  const number = character.codePointAt(0) ?? 0;
  return /^[\p{C}\p{Z}\p{M}]/u.test(character) ? `U+${number.toString(16).toUpperCase().padStart(4, '0')}` : character;
}

/**
 * @param {HTMLElement} element
 * @param {(files: File[]) => void} onFiles
 */
export function listenToDrops(element, onFiles) {
  const mark = (/** @type {DragEvent} */ event, /** @type {boolean} */ over) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    element.classList.toggle('over', over);
  };
  element.addEventListener('dragover', (event) => mark(event, true));
  element.addEventListener('dragleave', (event) => mark(event, false));
  element.addEventListener('drop', (event) => {
    mark(event, false);
    if (event.dataTransfer?.files.length) void filesOf(event.dataTransfer).then(onFiles);
  });
}
