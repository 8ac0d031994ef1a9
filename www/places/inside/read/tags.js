// Part-of-speech tags: every word coloured and labelled, with the second-best tag if the model is unsure.

import { tag } from '../../../engine/reader.js';
import { formatNumber, onLanguage, text as say } from '../../../i18n/index.js';
import { GERMAN_SONGS } from '../../../songs.js';
import { keepStart } from '../../../state.js';
import { button, h, scrollable } from '../../../ui/dom.js';
import { textField } from '../../../ui/fields.js';
import { Following } from './follow.js';

/** @typedef {import('../../../engine/reader.js').Tagged} Tagged */
/** @typedef {Tagged['words'][number]} Word */
/** @typedef {import('../../../i18n/index.js').Key} Key */

/** Names of the Universal Dependencies tags, and the group whose colour each has. */
const CLASSES = /** @type {Readonly<Record<string, { name: Key, like: string }>>} */ ({
  NOUN: { name: 'tagNoun', like: 'names' },
  PROPN: { name: 'tagPropn', like: 'names' },
  PRON: { name: 'tagPron', like: 'pointers' },
  DET: { name: 'tagDet', like: 'pointers' },
  NUM: { name: 'tagNum', like: 'pointers' },
  VERB: { name: 'tagVerb', like: 'deeds' },
  AUX: { name: 'tagAux', like: 'deeds' },
  ADJ: { name: 'tagAdj', like: 'manners' },
  ADV: { name: 'tagAdv', like: 'manners' },
  INTJ: { name: 'tagIntj', like: 'manners' },
  ADP: { name: 'tagAdp', like: 'joints' },
  CCONJ: { name: 'tagCconj', like: 'joints' },
  SCONJ: { name: 'tagSconj', like: 'joints' },
  PART: { name: 'tagPart', like: 'joints' },
  PUNCT: { name: 'tagPunct', like: 'rest' },
  SYM: { name: 'tagSym', like: 'rest' },
  X: { name: 'tagX', like: 'rest' },
});

/** Maximum number of characters read; more would make the page unresponsive. */
const MOST = 5000;

export class WordClasses {
  #state;
  #following;
  #words = scrollable(h('div', { class: 'classes', 'aria-live': 'polite' }), 'readTags');
  /** @type {Tagged | null} */
  #tagged = null;
  element;

  /** @param {import('../../common/view.js').Context} context */
  constructor(context) {
    const { state } = context;
    this.#state = state;
    /** @type {import('./follow.js').Ask<Tagged>} */
    const ask = (request, text, onProgress) => tag({ ...request, text: keepStart(text, MOST) }, onProgress);
    this.#following = new Following(context, 'tagger', ask, (tagged, text) => {
      this.#tagged = tagged;
      this.#draw();
      return [...(text.length > MOST ? [{ code: 'text-cut' }] : []), ...tagged.notes];
    });
    const example = (/** @type {Key} */ key, /** @type {string} */ tagged) => button(key, () => state.set({ tagged }), { class: 'quiet' });
    this.element = h(
      'section',
      { class: 'desk', 'aria-labelledby': 'tags-title' },
      h('h2', { id: 'tags-title', t: 'readTags' }),
      h('p', { class: 'small', t: 'readTagsHint' }),
      h('label', { for: 'read-tagged', t: 'ownText' }),
      textField(state, 'tagged', { id: 'read-tagged', rows: '3', spellcheck: 'false' }),
      h(
        'div',
        { class: 'row examples', role: 'group', tLabel: 'textExamples' },
        example('exampleGerman', GERMAN_SONGS[0].text),
        example('readExampleRose', 'The rose will rise. They rose early and gave me a rose.'),
      ),
      this.#following.element,
      this.#words,
      this.#following.card,
    );
    onLanguage(() => this.#draw());
  }

  show() {
    this.#following.follow(this.#state.settings.tagged);
  }

  #draw() {
    if (this.#tagged) this.#words.replaceChildren(...this.#tagged.words.flatMap(drawn));
  }
}

/** @param {Word} word */
function drawn({ before, text, best, second }) {
  const { like } = CLASSES[best.label] ?? CLASSES.X;
  const labels = h('span', { class: 'class' }, named(best), ...(second ? [h('br'), h('em', {}, say('readOr', { other: named(second) }))] : []));
  const word = h('span', { class: 'classed', 'data-like': like, 'data-unsure': second !== undefined }, h('span', { class: 'word', lang: '' }, text), labels);
  return before.includes('\n') ? [h('br'), word] : [word];
}

/** @param {Word['best']} label */
function named({ label, probability }) {
  const name = label in CLASSES ? say(CLASSES[label].name) : label;
  return `${name} ${formatNumber(probability, { style: 'percent' })}`;
}
