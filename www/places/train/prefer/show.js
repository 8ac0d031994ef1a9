// The first step of "Learn from people": fine-tunes a copy of the model on stanzas written by people.

import { fetchText } from '../../../engine/texts.js';
import { currentLanguage, say, saysNothing, text } from '../../../i18n/index.js';
import { button, h } from '../../../ui/dom.js';

/** A file of songs, and the number of its lines offered as an example. */
const EXAMPLE = 'places/train/texts/verse-en.txt';
const EXAMPLE_LINES = 40;

/** @typedef {import('../../../engine/preferring-protocol.js').Plan} Plan */
/** @typedef {import('../../../engine/preferring-protocol.js').Packed} Packed */

export class ShowStep {
  #desk;
  #field = h('textarea', { id: 'prefer-shown', rows: '6', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'prefer-shown-hint' });
  #layers = h('select', { id: 'prefer-layers' }, h('option', { value: 'all', t: 'layersAll' }), h('option', { value: 'last', t: 'layersLast' }));
  #example = button('preferShowExample', () => void this.#desk.perform(() => this.#offer()), { class: 'quiet' });
  #go = button('preferShowLearn', () => void this.#desk.perform(() => this.#show()));
  #train = button('preferShowGo', () => this.#visitTrain(), { class: 'quiet' });
  #note = h('p', { class: 'small', 'aria-live': 'polite' });
  element;

  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    this.#field.addEventListener('input', () => this.draw());
    this.element = h(
      'section',
      { class: 'prefer-step' },
      h('h2', { t: 'preferShow' }),
      h('p', { t: 'preferShowHint' }),
      h('label', { for: 'prefer-shown', t: 'preferShown' }),
      this.#field,
      h('p', { id: 'prefer-shown-hint', class: 'small', t: 'preferShownHint' }),
      h('div', { class: 'row' }, this.#go, h('label', { for: 'prefer-layers', t: 'trained_layers' }), this.#layers, this.#example, this.#train),
      this.#note,
    );
  }

  draw() {
    this.#go.disabled = this.#desk.isBusy || this.#field.value.trim() === '';
    this.#example.disabled = this.#desk.isBusy;
  }

  /** Fills in the example. */
  async #offer() {
    const songs = await fetchText(new URL(EXAMPLE, document.baseURI).href, { cache: 'default' });
    this.#field.value = songs.split('\n').slice(0, EXAMPLE_LINES).join('\n').trim();
  }

  async #show() {
    const desk = this.#desk;
    const { seed } = desk.context.state.settings;
    saysNothing(this.#note);
    const model = await desk.open();
    const name = text('preferShownName', { model: model.title[currentLanguage()] });
    const layers = /** @type {Plan['layers']} */ (this.#layers.value);
    /** @type {Packed | null} */
    const shown = await desk.ask({ type: 'show', text: this.#field.value, layers, seed, name }, (news) => {
      if (news.type === 'fitted') desk.tell('preferShowing', { step: news.fit.step, steps: news.fit.steps });
    });
    if (!shown) return desk.tell('preferNotShown');
    const { bytes, ...what } = shown;
    const { id, refused } = await desk.context.catalog.shelf.add(bytes, { name, ...what });
    if (refused) say(this.#note, 'preferNotKept');
    desk.context.state.set({ preferred: id });
    desk.tell('preferShowDone', { name });
  }

  #visitTrain() {
    const { context, model } = this.#desk;
    context.state.set({ kind: 'gpt2', base: model?.id ?? '', trained_layers: 'last' });
    context.visit('train', false, 'train-text');
  }
}
