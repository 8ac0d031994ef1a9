// The mood of lines: the probabilities of all classes, with each word shaded by its influence (leave-one-out).

import { classify } from '../../../engine/reader.js';
import { currentLanguage, formatNumber, onLanguage, text as words } from '../../../i18n/index.js';
import { GERMAN_SONGS } from '../../../songs.js';
import { button, h } from '../../../ui/dom.js';
import { textField } from '../../../ui/fields.js';
import { shareBar, sized } from '../../../ui/share-bar.js';
import { READ_TEXTS } from '../../../songs.js';
import { Following } from './follow.js';

/** @typedef {import('../../../engine/reader.js').Judged} Judged */
/** @typedef {import('../../../i18n/index.js').Key} Key */

/** Maximum number of lines: each takes one run of the model per word. */
const MOST_LINES = 60;
/** Change in probability with the strongest shade. */
const STRONGEST = 0.5;
/** Classes with a text on the page; others are shown by their name. */
const MOODS = /** @type {Readonly<Record<string, Key>>} */ ({ negative: 'moodNegative', neutral: 'moodNeutral', positive: 'moodPositive' });

export class Mood {
  #state;
  #following;
  #lines = h('ol', { class: 'moods', 'aria-live': 'polite' });
  /** @type {Judged[]} */
  #judged = [];
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
      'text_classifier',
      judge,
      (judged, text) => {
        this.#judged = judged;
        this.#draw();
        const cut = lines(text).length > MOST_LINES ? [{ code: 'lines-cut' }] : [];
        return [...cut, ...(judged.length ? judged.flatMap(({ notes }) => notes) : [{ code: 'no-words' }])];
      },
      place,
    );
    const example = (/** @type {Key} */ key, /** @type {string} */ judged) => button(key, () => state.set({ judged }), { class: 'quiet' });
    this.element = h(
      'section',
      { class: 'desk', 'aria-labelledby': `${place}-mood-title` },
      h('h2', { id: `${place}-mood-title`, t: 'readMood' }),
      h('p', { class: 'small', t: 'readMoodHint' }),
      h('label', { for: `${place}-judged`, t: 'readLines' }),
      textField(state, 'judged', { id: `${place}-judged`, rows: '4', spellcheck: 'false' }),
      h(
        'div',
        { class: 'row examples', role: 'group', tLabel: 'textExamples' },
        example('readExampleFeedback', READ_TEXTS.judged),
        example('exampleGerman', GERMAN_SONGS[0].text),
      ),
      this.#following.element,
      this.#lines,
      this.#following.card,
    );
    onLanguage(() => this.#draw());
  }

  show() {
    this.#following.follow(this.#state.settings.judged);
  }

  #draw() {
    this.#lines.replaceChildren(...this.#judged.map(drawn));
  }
}

/** @type {import('./follow.js').Ask<Judged[]>} */
async function judge(request, text, onProgress) {
  const read = lines(text).slice(0, MOST_LINES);
  return classify({ ...request, lines: read }, onProgress);
}

/** @param {string} text */
function lines(text) {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** @param {Judged} line */
function drawn({ labels, words: read, rest }) {
  const line = h('p', { class: 'moved', lang: '' }, ...read.flatMap(({ before, text, influence }) => [before, shaded(text, influence)]), rest);
  const meter = (/** @type {Judged['labels'][number]} */ { label, probability }) =>
    h('li', {}, h('span', {}, `${moodOf(label)} ${formatNumber(probability, { style: 'percent', maximumFractionDigits: 0 })}`), shareBar(probability));
  return h('li', {}, line, h('ul', { class: 'shares' }, ...labels.map(meter)));
}

/**
 * @param {string} word
 * @param {number | undefined} influence
 */
function shaded(word, influence) {
  if (influence === undefined) return word;
  const strength = Math.min(1, Math.abs(influence) / STRONGEST);
  const value = new Intl.NumberFormat(currentLanguage(), { signDisplay: 'always', maximumFractionDigits: 2 }).format(influence);
  const side = influence < 0 ? 'against' : 'for';
  return sized(h('span', { class: side, title: words('readWithout', { word, value }) }, word), strength);
}

/** @param {string} label */
function moodOf(label) {
  return label in MOODS ? words(MOODS[label]) : label;
}
