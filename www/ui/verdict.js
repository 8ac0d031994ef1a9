// Whether a text is the one that its link promises: identical, or from where not, and why.

import { say } from '../i18n/index.js';
import { canHash, compare, reason } from '../proof.js';
import { toHash } from '../state.js';
import { h } from './dom.js';

/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../proof.js').Pledge} Pledge */
/** @typedef {import('../proof.js').Proof} Proof */

const REASONS = /** @type {const} */ ({
  model: 'replayModel',
  weights: 'replayWeights',
  settings: 'replaySettings',
  engine: 'replayEngine',
  altered: 'replayAltered',
});

const TROUBLES = /** @type {const} */ ({ newer: 'replayNewer', cut: 'replayCut', damaged: 'replayDamaged' });

export class Verdict {
  #context;
  #view;
  #list = h('ul');
  element = h('section', { class: 'verdict small', tLabel: 'replay', 'aria-live': 'polite', hidden: true }, this.#list);
  /** @type {Pledge | null} */
  #pledge = null;
  /** The settings that it holds for. */
  #key = '';
  /** What has been said of each text, by its model. @type {Map<string, HTMLElement>} */
  #said = new Map();

  /**
   * @param {import('../places/common/view.js').Context} context
   * @param {import('../state.js').ViewId} view
   */
  constructor(context, view) {
    this.#context = context;
    this.#view = view;
    // Other settings are another text, of which the link says nothing.
    context.state.onChange(() => {
      if (this.#pledge && this.#settings() !== this.#key) this.expect(null);
    });
  }

  /** @param {Pledge | null} pledge of the link that was opened, once its models are chosen */
  expect(pledge) {
    this.#pledge = pledge;
    this.#key = this.#settings();
    this.#said.clear();
    this.#list.replaceChildren();
    this.element.hidden = true;
    if (pledge?.trouble) this.#tell('link', [line('open', TROUBLES[pledge.trouble])]);
    else if (pledge && !canHash()) this.#tell('link', [line('open', 'replayUnhashed')]);
  }

  /** Whether a text was promised: it is then written where all machines write the same. */
  get pledged() {
    return this.#pledge !== null && this.#pledge.trouble === '';
  }

  /**
   * Whether enough is there to be compared.
   *
   * @param {ModelEntry} model
   * @param {string} text
   * @param {boolean} ended
   */
  isDue(model, text, ended) {
    const proof = this.#proofOf(model);
    if (!proof || this.#said.has(proof.model)) return false;
    return ended || (!proof.whole && Array.from(text).length >= proof.length);
  }

  /**
   * Compares a text with what was promised of it, if anything was.
   *
   * @param {ModelEntry} model that wrote it
   * @param {string} text
   */
  async check(model, text) {
    const pledge = this.#pledge;
    const proof = this.#proofOf(model);
    if (!pledge || !proof || !canHash()) return;
    const difference = await compare(proof, text);
    if (pledge !== this.#pledge) return;
    const { length, whole } = proof;
    const title = model.title;
    if (!difference) {
      this.#tell(proof.model, [line('same', whole ? 'replaySame' : 'replaySamePart', { length, title })]);
      return;
    }
    const { same, by } = difference;
    const where = by === same + 1 ? 'replayDiffersAt' : same === 0 ? 'replayDiffersEarly' : 'replayDiffers';
    const names = pledge.rejected.join(', ');
    const why = REASONS[reason(pledge, proof, model)];
    this.#tell(proof.model, [line('other', where, { same, by, title }), line('', why, { title, id: proof.model, names })]);
  }

  /** @param {ModelEntry} model */
  #proofOf(model) {
    const proofs = this.#pledge?.proofs ?? [];
    const here = new Set([...this.#context.catalog.of('generator'), ...this.#context.catalog.of('translator')].map(({ id }) => id));
    const own = proofs.find((proof) => proof.model === model.id);
    return own ?? proofs.find((proof) => !here.has(proof.model)) ?? (proofs.length === 1 ? proofs[0] : undefined);
  }

  /**
   * @param {string} about
   * @param {HTMLElement[]} lines
   */
  #tell(about, lines) {
    const item = this.#said.get(about) ?? h('li');
    item.replaceChildren(...lines);
    if (!this.#said.has(about)) this.#list.append(item);
    this.#said.set(about, item);
    this.element.hidden = false;
  }

  #settings() {
    return toHash({ ...this.#context.state.settings, lang: '' }, { go: false, of: this.#view });
  }
}

/**
 * @param {'' | 'same' | 'other' | 'open'} mark
 * @param {import('../i18n/index.js').Key} key
 * @param {{ title?: import('../engine/protocol.js').Bilingual, [name: string]: any }} [params]
 */
function line(mark, key, { title, ...params } = {}) {
  // The title is a model's, in both languages; the sentence takes the reader's.
  return say(h('p', { class: mark }), key, title ? { ...params, title_de: title.de, title_en: title.en } : params);
}
