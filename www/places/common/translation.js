// Translates with one model, piece by piece. Used by every view that translates.

import { keepStart } from '../../cut.js';
import { say, saysNothing } from '../../i18n/index.js';
import { prove } from '../../proof.js';
import { GERMAN_LENGTH } from '../../state.js';
import { readable } from './work.js';

/** @typedef {import('../../engine/protocol.js').Note} Note */
/** @typedef {import('../../engine/protocol.js').Piece} Piece */

/**
 * @typedef {object} Parts
 * @property {import('../../ui/notes.js').Notes} notes
 * @property {HTMLElement} status
 * @property {import('../../ui/verdict.js').Verdict} [verdict]
 *
 * @typedef {object} Job
 * @property {import('../../engine/protocol.js').ModelEntry} model
 * @property {boolean} fresh download files again, after an error
 * @property {HTMLElement} speed shows the progress and, at the end, the speed
 * @property {(settings: import('../../state.js').Settings) => void} onSplit translation has begun with these settings
 * @property {(piece: Piece) => void} onPiece
 */

export class Translation {
  #context;
  #work;
  #parts;
  /** The latest translation of each model, by model id. @type {Map<string, { key: string, text: string, whole: boolean }>} */
  #last = new Map();
  /** Whether the GPU was used for the translation. */
  byGpu = false;

  /**
   * @param {import('./view.js').Context} context
   * @param {import('./work.js').Work} work
   * @param {Parts} parts
   */
  constructor(context, work, parts) {
    this.#context = context;
    this.#work = work;
    this.#parts = parts;
  }

  /**
   * Translates the German text of the current settings.
   *
   * @param {import('./work.js').Task} task
   * @param {Job} job
   * @returns {Promise<{ cancelled: boolean, pieces: number, seconds: number }>}
   */
  async run(task, { model, fresh, speed, onSplit, onPiece }) {
    const { state, engine, catalog } = this.#context;
    const { settings } = state;
    const { german, beam_width } = settings;
    // Truncate as in a link, so that the link reproduces the translation.
    const text = keepStart(german, GERMAN_LENGTH);
    let done = 0;
    let all = 0;
    let english = '';
    /** @type {'' | 'Gpu'} */
    let from = '';
    const listeners = {
      ...this.#work.loading(task, (byGpu) => {
        from = byGpu ? 'Gpu' : '';
        this.byGpu ||= byGpu;
      }),
      onSplit: task.own((/** @type {number} */ pieces, /** @type {Note[]} */ notes) => {
        all = pieces;
        this.#parts.notes.add(text === german ? notes : [...notes, { code: 'text-cut' }]);
        say(this.#parts.status, 'statusTranslating');
        onSplit(settings);
      }),
      onPiece: task.own((/** @type {Piece} */ piece) => {
        // Trailing white space is a piece of its own and does not count.
        if (piece.text !== '') done += 1;
        english += piece.before + piece.text;
        this.#parts.notes.add(piece.notes);
        say(speed, 'translatedSoFar', { done, all });
        onPiece(piece);
      }),
    };
    saysNothing(speed);
    this.#last.delete(model.id);
    const options = { beam_width };
    const { replay } = task;
    const { cancelled, tokens, seconds } = await task.run(() => engine.translate({ model, fresh, known: catalog.known(), text, options, replay }, listeners));
    if (tokens > 0 && seconds > 0) {
      say(speed, `translateSpeed${from}`, {
        ms: Math.round((seconds * 1000) / done),
        rate: Math.round(tokens / seconds),
      });
    }
    if (english) this.#last.set(model.id, { key: keyOf(model, text, beam_width), text: english, whole: !cancelled });
    // Only the CPU gives the same translation on all machines.
    if (!cancelled && from === '') await this.#parts.verdict?.check(model, english);
    return { cancelled, pieces: done, seconds };
  }

  /**
   * Takes over a text computed beforehand, so that a link proves it, too.
   *
   * @param {import('../../engine/protocol.js').ModelEntry} model
   * @param {string} text what the model makes of the current settings
   */
  remember(model, text) {
    const { german, beam_width } = this.#context.state.settings;
    this.#last.set(model.id, { key: keyOf(model, keepStart(german, GERMAN_LENGTH), beam_width), text, whole: true });
  }

  /**
   * Returns the proof of a model's translation, if the settings reproduce it.
   *
   * @param {import('../../engine/protocol.js').ModelEntry | undefined} model
   * @returns {Promise<string>} '' if they do not
   */
  async proof(model) {
    const last = model && this.#last.get(model.id);
    if (!last) return '';
    const { german, beam_width } = this.#context.state.settings;
    const key = keyOf(model, keepStart(german, GERMAN_LENGTH), beam_width);
    return key === last.key ? prove(last.text, last.whole, model) : '';
  }

  /**
   * @param {{ cancelled: boolean, pieces: number, seconds: number }} result
   */
  tell({ cancelled, pieces, seconds }) {
    const { status } = this.#parts;
    const params = { pieces, seconds: readable(seconds) };
    const one = pieces === 1;
    if (cancelled) say(status, one ? 'statusTranslationStoppedOne' : 'statusTranslationStopped', params);
    else say(status, one ? 'statusTranslatedOne' : 'statusTranslated', params);
  }
}

/**
 * Returns a key of everything that a translation depends on.
 *
 * @param {import('../../engine/protocol.js').ModelEntry} model
 * @param {string} text
 * @param {number} beam
 */
function keyOf({ files }, text, beam) {
  return JSON.stringify([files.weights.sha256, text, beam]);
}
