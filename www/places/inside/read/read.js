// The view "Read": models that analyse a text, and the architectures of recurrent networks.

import { learn } from '../../../i18n/index.js';
import { button, h } from '../../../ui/dom.js';
import { notArrived } from '../../../ui/not-arrived.js';
import { MaskedWord } from './masked.js';
import { Mood } from './mood.js';
import { Shapes } from './shapes.js';
import { WordClasses } from './tags.js';

/** @typedef {import('../../common/view.js').Context} Context */
/** @typedef {import('../../../i18n/index.js').Key} Key */

/**
 * @typedef {object} Part of the view
 * @property {HTMLElement} element
 * @property {() => void} show follows the settings
 * @property {() => void} [stop]
 */

/** The parts of the view and the model type each needs; a part without its model is hidden. */
const PARTS = /** @type {const} */ ([
  { id: 'tags', title: 'readTags', needs: 'tagger', Part: WordClasses },
  { id: 'mood', title: 'readMood', needs: 'text_classifier', Part: Mood },
  { id: 'masked', title: 'readMasked', needs: 'bert', Part: MaskedWord },
  { id: 'shapes', title: 'readShapes', needs: '', Part: Shapes },
]);

/** @returns {Promise<import('../../index.js').Mount>} resolves once the texts have loaded */
export async function mountRead() {
  await learn({
    de: async () => (await import('../../../i18n/de/read.js')).read,
    en: async () => (await import('../../../i18n/en/read.js')).read,
  });
  return (root, context) => {
    const reading = new Reading(root, context);
    return {
      open: async () => {
        await context.catalog.open({ fresh: false }).catch(notArrived);
        reading.show();
      },
      run: () => reading.show(),
      stop: () => reading.stop(),
    };
  };
}

class Reading {
  #context;
  #doors = h('div', { class: 'row cases', role: 'group', tLabel: 'readParts' });
  #shown = h('div', {});
  /** The parts created so far, which keep their state. @type {Map<string, Part>} */
  #made = new Map();

  /**
   * @param {HTMLElement} root
   * @param {Context} context
   */
  constructor(root, context) {
    this.#context = context;
    const { state, catalog } = context;
    root.append(h('p', { class: 'lead', t: 'readLead' }), this.#doors, this.#shown);
    state.onChange(() => state.settings.view === 'read' && this.show());
    catalog.onOpen(() => state.settings.view === 'read' && this.show());
  }

  /** The parts whose models exist. */
  get #parts() {
    const listed = new Set(this.#context.catalog.of('reader').map(({ model_type }) => model_type));
    return PARTS.filter(({ needs }) => !needs || listed.has(needs));
  }

  show() {
    const { state } = this.#context;
    const parts = this.#parts;
    if (this.#doors.children.length !== parts.length) {
      this.#doors.replaceChildren(...parts.map(({ id, title }) => button(title, () => state.set({ reading: id }), { 'data-part': id })));
    }
    const part = parts.find(({ id }) => id === state.settings.reading) ?? parts[0];
    for (const door of /** @type {Iterable<HTMLElement>} */ (this.#doors.children)) {
      door.setAttribute('aria-pressed', String(door.dataset.part === part.id));
    }
    const made = this.#made.get(part.id) ?? new part.Part(this.#context);
    if (!this.#made.has(part.id)) this.#shown.append(made.element);
    this.#made.set(part.id, made);
    for (const { element } of this.#made.values()) element.hidden = element !== made.element;
    made.show();
  }

  stop() {
    for (const part of this.#made.values()) part.stop?.();
  }
}
