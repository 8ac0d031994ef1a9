// Tells whether a text matches the proof in its link or, if not, where it first differs and why.

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
  /** The settings that the proofs apply to. */
  #key = '';
  /** The verdict on each text, by model id. @type {Map<string, HTMLElement>} */
  #said = new Map();

  /**
   * @param {import('../places/common/view.js').Context} context
   * @param {import('../state.js').ViewId} view
   */
  constructor(context, view) {
    this.#context = context;
    this.#view = view;
    // With other settings the text is different, and the link's proofs do not apply.
    context.state.onChange(() => {
      if (this.#pledge && this.#settings() !== this.#key) this.expect(null);
    });
  }

  /** Sets the proofs of the opened link; to be called once its models are chosen. @param {Pledge | null} pledge */
  expect(pledge) {
    this.#pledge = pledge;
    this.#key = this.#settings();
    this.#said.clear();
    this.#list.replaceChildren();
    this.element.hidden = true;
    if (pledge?.trouble) this.#tell('link', [line('open', TROUBLES[pledge.trouble])]);
    else if (pledge && !canHash()) this.#tell('link', [line('open', 'replayUnhashed')]);
  }

  /** Whether the link has proofs. The text is then computed on the CPU, which gives the same bits on all machines. */
  get pledged() {
    return this.#pledge !== null && this.#pledge.trouble === '';
  }

  /**
   * Whether the text is long enough to compare and has not been compared yet.
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
   * Compares a text with its proof, if there is one.
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
  // Pass a model's title in both languages; the text uses the reader's.
  return say(h('p', { class: mark }), key, title ? { ...params, title_de: title.de, title_en: title.en } : params);
}
