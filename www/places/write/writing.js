// Runs the view "Write": loads the model, starts and stops, and shows the progress.

import { saysNothing } from '../../i18n/index.js';
import { Lyrics } from '../common/lyrics.js';
import { hasForm } from '../common/song-form-rules.js';
import { Work } from '../common/work.js';

/**
 * @typedef {object} OwnParts
 * @property {import('../../ui/model-card.js').ModelCard} card
 * @property {ReturnType<typeof import('../../ui/model-picker.js').modelPicker>} picker
 * @property {HTMLButtonElement} generate
 * @property {HTMLButtonElement} stop
 * @property {HTMLElement} shown
 * @property {import('../../ui/verdict.js').Verdict} verdict
 * @property {HTMLElement} afterwards
 * @property {import('../common/song-form.js').SongForm} form
 *
 * @typedef {import('../common/work.js').Parts & import('../common/lyrics.js').Parts & OwnParts} Parts the elements
 *   of the view that a run updates
 */

export class Writing {
  #state;
  #computing;
  #parts;
  #work;
  #lyrics;
  /** @type {import('../../engine/protocol.js').ModelEntry | null} */
  #opened = null;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {Parts} parts
   */
  constructor(context, parts) {
    this.#state = context.state;
    this.#computing = context.computing;
    this.#parts = parts;
    this.#work = new Work(context, parts, (working) => this.#setWriting(working));
    this.#lyrics = new Lyrics(context, this.#work, parts);
    context.state.onChange(() => this.#followModel());
  }

  /**
   * Loads the list of models and the chosen model, so that the first song starts at once.
   *
   * @param {import('../common/view.js').How} how
   * @param {boolean} fresh bypass the HTTP cache, after an error
   * @param {boolean} replay whether a link requests it, not the visitor
   */
  async open(how, fresh = false, replay = how.linked) {
    if (!(await this.#work.openCatalog(fresh, () => void this.open(how, true, replay)))) return;
    if (how.linked) this.#parts.verdict.expect(how.pledge);
    this.#followModel();
    if (how.go) this.generate(fresh, replay);
  }

  /**
   * @param {boolean} fresh download files again, after an error
   * @param {boolean} replay whether a link requests it
   */
  generate(fresh = false, replay = false) {
    const model = this.#parts.picker.chosen();
    if (!model) {
      void this.open({ go: true, linked: false, pledge: null }, true, replay);
      return;
    }
    const { afterwards, shown } = this.#parts;
    shown.replaceChildren();
    afterwards.hidden = true;
    const isFormed = hasForm(this.#state.settings);
    void this.#work.perform(
      async (task) => {
        if (isFormed && !replay && this.#computing.choice === 'gpu') this.#parts.notes.add([{ code: 'form-on-cpu' }]);
        const { tokens } = await this.#lyrics.write(task, model, this.#state.settings.prompt, fresh);
        afterwards.hidden = tokens === 0;
      },
      () => this.generate(true, replay),
      replay,
    );
  }

  stop() {
    this.#work.stop();
  }

  /** Returns the proof of the song, if the settings it was written with are unchanged. */
  async prove() {
    const proof = await this.#lyrics.proof(this.#parts.picker.chosen(), this.#state.settings.prompt);
    return proof ? [proof] : [];
  }

  /** Whether the GPU was used for the song. */
  get byGpu() {
    return this.#lyrics.byGpu;
  }

  /** Writes a song with a new seed. */
  writeAnew() {
    this.#state.renewSeed('write');
    this.generate();
  }

  /** @param {boolean} writing */
  #setWriting(writing) {
    const { stop, generate, sheet } = this.#parts;
    // A disabled button loses the focus; move it to the one beside it.
    if (!writing && document.activeElement === stop) generate.focus();
    stop.disabled = !writing;
    sheet.setWriting(writing);
  }

  /** Shows the card of the chosen model and loads its weights. */
  #followModel() {
    const model = this.#parts.picker.chosen();
    if (!model || model === this.#opened || this.#state.settings.view !== 'write') return;
    this.#opened = model;
    saysNothing(this.#parts.speed);
    this.#parts.card.show(model);
    void this.#work.fetchAhead([model]);
  }
}
