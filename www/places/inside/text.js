// The view "Prepare text": the lecture's preprocessing steps from text to numbers, side by side.

import { EXAMPLE } from '../../examples.js';
import { GERMAN_SONGS } from '../../songs.js';
import { AlertBox } from '../../ui/alert-box.js';
import { button, h, scrollable } from '../../ui/dom.js';
import { languageChoice, mergesField, textField } from '../../ui/fields.js';
import { STEPS } from '../../ui/preparation.js';
import { Preparing } from './preparing.js';

/** @typedef {import('../../ui/preparation.js').Step} Step */

/** An example that needs cleaning, like text copied from social media. */
const POST = 'OMG!!! Dr. Maier’s band played 3 songs @ the pub :-) … “Don’t stop singing”, she said.\u00a0#live';

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
export function mountText(root, context) {
  const { state } = context;
  const alert = new AlertBox();
  const cards = STEPS.map((step, i) => new Card(context, step, i + 1));
  const preparing = new Preparing(context, alert, (prepared, language) => {
    for (const card of cards) card.show(prepared, language);
  });
  const example = (/** @type {import('../../i18n/index.js').Key} */ key, /** @type {string} */ text, /** @type {'de' | 'en'} */ language) =>
    button(key, () => state.set({ text, text_language: language }), { class: 'quiet' });
  root.append(
    h('p', { class: 'lead', t: 'textLead' }),
    h(
      'section',
      { class: 'desk', 'aria-labelledby': 'text-title' },
      h('h2', { id: 'text-title', t: 'viewText', class: 'unseen' }),
      h(
        'div',
        { class: 'line-up' },
        h('label', { for: 'own-text', t: 'ownText' }),
        h('div', { class: 'line-up' }, h('label', { for: 'text-language', t: 'textLanguage' }), languageChoice(state, 'text-language')),
      ),
      textField(state, 'text', { id: 'own-text', rows: '4', spellcheck: 'false' }),
      h(
        'div',
        { class: 'row examples', role: 'group', tLabel: 'textExamples' },
        example('exampleGerman', GERMAN_SONGS[0].text, 'de'),
        example('exampleEnglish', EXAMPLE.text, 'en'),
        example('examplePost', POST, 'en'),
      ),
    ),
    alert.element,
    h('div', { class: 'steps' }, ...cards.map(({ element }) => element)),
  );
  state.onChange(() => state.settings.view === 'text' && preparing.follow());
  return {
    open: async () => preparing.follow(),
    run: () => preparing.follow(),
    stop: () => {},
  };
}

/** A preprocessing step: what it does, its result, and buttons to use the result elsewhere. */
class Card {
  #context;
  #step;
  #body = scrollable(h('div', { class: 'outcome', role: 'region' }));
  #ways;
  #output = '';
  #toGerman;
  element;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {Step} step
   * @param {number} number
   */
  constructor(context, step, number) {
    this.#context = context;
    this.#step = step;
    const id = `prepare-${step.id}`;
    this.#body.setAttribute('aria-labelledby', id);
    this.#toGerman = button('useAsGerman', () => this.#go({ german: this.#output }, 'translate'), { class: 'quiet' });
    this.#ways = h(
      'div',
      { class: 'row ways', hidden: true },
      button('useAsPrompt', () => this.#go({ prompt: this.#output }, 'write'), { class: 'quiet' }),
      this.#toGerman,
      button('useAsText', () => context.state.set({ text: this.#output }), { class: 'quiet' }),
    );
    this.element = h(
      'article',
      { class: 'step', 'aria-labelledby': id },
      h('h3', { id }, h('span', { class: 'number' }, `${number} `), h('span', { t: step.title })),
      h('p', { class: 'small', t: step.hint }),
      ...(step.id === 'subwords' ? [mergesField(context.state, 'prepare-merges')] : []),
      this.#body,
      this.#ways,
    );
  }

  /**
   * @param {import('../../engine/preparer.js').Prepared} prepared
   * @param {'de' | 'en'} language
   */
  show(prepared, language) {
    const { draw, output } = this.#step;
    const drawn = draw(prepared);
    for (const element of drawn) if (element instanceof HTMLElement && !element.classList.contains('small')) element.lang = language;
    this.#body.replaceChildren(...(prepared.words.length ? drawn : [h('p', { class: 'small', t: 'nothingLeft' })]));
    this.#output = prepared.words.length ? (output?.(prepared) ?? '') : '';
    this.#toGerman.hidden = language !== 'de';
    this.#ways.hidden = this.#output === '';
  }

  /**
   * @param {Partial<import('../../state.js').Settings>} change
   * @param {import('../../state.js').ViewId} view
   */
  #go(change, view) {
    this.#context.state.set(change);
    this.#context.visit(view);
  }
}
