// Runs the view "Translate": one model, or two on the same text, and the alignment of the chosen sentence.

import { bringIntoSight } from '../../ui/dom.js';
import { beforehand } from '../common/beforehand.js';
import { Translation } from '../common/translation.js';
import { Work } from '../common/work.js';

/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */

/**
 * @typedef {object} OwnParts
 * @property {ReturnType<typeof import('../../ui/model-picker.js').modelPicker>} picker
 * @property {HTMLElement} rows the whole translation
 * @property {import('../../ui/translation-rows.js').Column[]} sheets two columns, the second for comparison
 * @property {HTMLElement} deeper contains the alignment
 * @property {import('../../ui/alignment.js').Alignment} alignment
 * @property {import('../../ui/model-card.js').ModelCard[]} cards one for each sheet
 * @property {HTMLElement} none shown when there is no translator
 * @property {HTMLElement} compare the toggle with its label
 * @property {HTMLButtonElement} translate
 * @property {HTMLButtonElement} stop
 * @property {HTMLElement} shown
 * @property {import('../../ui/verdict.js').Verdict} verdict
 * @property {HTMLElement} afterwards
 *
 * @typedef {import('../common/work.js').Parts & import('../common/translation.js').Parts & OwnParts} Parts
 */

export class Translating {
  #context;
  #parts;
  #work;
  #translation;
  #opened = '';
  /** @type {import('../../engine/protocol.js').Piece | null} */
  #chosen = null;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {Parts} parts
   */
  constructor(context, parts) {
    this.#context = context;
    this.#parts = parts;
    this.#work = new Work(context, parts, (working) => this.#setWorking(working));
    this.#translation = new Translation(context, this.#work, parts);
    context.state.onChange(() => this.#followModels());
  }

  /**
   * @param {import('../common/view.js').How} how
   * @param {boolean} fresh bypass the HTTP cache, after an error
   * @param {boolean} replay whether a link requests it, not the visitor
   */
  async open(how, fresh = false, replay = how.linked) {
    if (!(await this.#work.openCatalog(fresh, () => void this.open(how, true, replay)))) return;
    if (how.linked) this.#parts.verdict.expect(how.pledge);
    const { picker, none, translate, compare } = this.#parts;
    const offered = picker.models().length;
    none.hidden = offered > 0;
    translate.disabled = offered === 0;
    compare.hidden = offered < 2;
    this.#followModels();
    if (how.go) this.translate(fresh, replay);
    await this.#showBeforehand();
  }

  /** Shows translations computed beforehand. */
  async #showBeforehand() {
    const { sheets } = this.#parts;
    const { state } = this.#context;
    const texts = await beforehand('translate', state, { compare: '1' });
    this.#models().forEach(({ id }, i) => texts[id] && sheets[i].showBeforehand(state.settings.german, texts[id]));
  }

  /** Returns the proofs of the translations that the settings reproduce. */
  async prove() {
    const proofs = await Promise.all(this.#models().map((model) => this.#translation.proof(model)));
    return proofs.filter(Boolean);
  }

  /**
   * @param {boolean} fresh download files again, after an error
   * @param {boolean} replay whether a link requests it
   */
  translate(fresh = false, replay = false) {
    const { afterwards, shown, translate } = this.#parts;
    const models = this.#models();
    if (!models.length) {
      if (!translate.disabled) void this.open({ go: true, linked: false, pledge: null }, true, replay);
      return;
    }
    shown.replaceChildren();
    afterwards.hidden = true;
    if (!this.#context.state.settings.german.trim()) {
      this.#work.refuse('nothing-to-translate');
      return;
    }
    this.choose(null);
    void this.#work.perform(
      (task) => this.#translateAll(task, models, fresh),
      () => this.translate(true, replay),
      replay,
    );
  }

  stop() {
    this.#work.stop();
  }

  /** Whether the GPU was used for a translation. */
  get byGpu() {
    return this.#translation.byGpu;
  }

  /**
   * Shows the models' alignments of one piece.
   *
   * @param {import('../../engine/protocol.js').Piece | null} piece
   */
  choose(piece) {
    const { sheets, alignment } = this.#parts;
    const aligned = [];
    for (const sheet of sheets) {
      sheet.mark(piece?.index ?? -1);
      const same = piece && sheet.piece(piece.index);
      // Models may split very long sentences at different positions.
      if (sheet.model && same?.source === piece?.source && same) aligned.push({ title: sheet.model.title, piece: same });
    }
    this.#chosen = piece;
    alignment.show(aligned);
    this.#parts.deeper.hidden = aligned.length === 0;
  }

  /**
   * @param {import('../common/work.js').Task} task
   * @param {ModelEntry[]} models
   * @param {boolean} fresh
   */
  async #translateAll(task, models, fresh) {
    const { sheets, afterwards } = this.#parts;
    this.#translation.byGpu = false;
    const total = { cancelled: false, pieces: 0, seconds: 0 };
    for (const [i, model] of models.entries()) {
      const sheet = sheets[i];
      const result = await this.#translation.run(task, {
        model,
        fresh,
        speed: sheet.speed,
        onSplit: (settings) => {
          // The first column clears the table.
          sheet.clear(model);
          sheet.setWorking(true);
          if (i > 0) return;
          this.#context.state.wrote('translate', settings);
          bringIntoSight(this.#parts.rows);
        },
        onPiece: (piece) => {
          sheet.append(piece);
          if (!piece.attention.length) return;
          if (!this.#chosen || this.#chosen.index === piece.index) this.choose(this.#chosen ?? piece);
        },
      });
      sheet.setWorking(false);
      total.cancelled = result.cancelled;
      total.pieces = Math.max(total.pieces, result.pieces);
      total.seconds += result.seconds;
      if (total.cancelled) break;
    }
    this.#translation.tell(total);
    afterwards.hidden = total.pieces === 0;
  }

  /** Returns the chosen model and, for a comparison, a second one. */
  #models() {
    const { picker } = this.#parts;
    const first = picker.chosen();
    if (!first) return [];
    const second = picker.models().find((model) => model !== first);
    return second && this.#context.state.settings.compare ? [first, second] : [first];
  }

  /** @param {boolean} working */
  #setWorking(working) {
    const { stop, translate, sheets } = this.#parts;
    // A disabled button loses the focus; move it to the one beside it.
    if (!working && document.activeElement === stop) translate.focus();
    stop.disabled = !working;
    if (!working) for (const sheet of sheets) sheet.setWorking(false);
  }

  /** Updates cards and sheets for the chosen models and loads them. */
  #followModels() {
    if (this.#context.state.settings.view !== 'translate') return;
    const models = this.#models();
    const ids = models.map(({ id }) => id).join(' ');
    if (ids === this.#opened) return;
    this.#opened = ids;
    const { sheets, cards, afterwards } = this.#parts;
    sheets.forEach((sheet, i) => {
      sheet.hidden = i >= Math.max(1, models.length);
      if (models[i]) cards[i].show(models[i], models.length > 1);
      else cards[i].hide();
      if (models[i] && sheet.model !== models[i]) sheet.clear(models[i]);
    });
    if (sheets[0].text === '') this.#context.state.wrote('translate', null);
    afterwards.hidden = sheets[0].text === '';
    this.choose(null);
    void this.#work.fetchAhead(models);
  }
}
