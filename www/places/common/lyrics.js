// Generates a song and shows it, with its speed. Used by every view with a song.

import { keepEnd } from '../../cut.js';
import { say, saysNothing } from '../../i18n/index.js';
import { prove } from '../../proof.js';
import { PROMPT_LENGTH } from '../../state.js';
import { bringIntoSight } from '../../ui/dom.js';
import { Recall } from './recall.js';
import { readable } from './work.js';

/** @typedef {import('../../engine/protocol.js').Finished} Finished */

/**
 * @typedef {object} Parts
 * @property {import('../../ui/song-sheet.js').SongSheet} sheet
 * @property {import('../../ui/notes.js').Notes} notes
 * @property {HTMLElement} status
 * @property {HTMLElement} speed
 * @property {HTMLElement} recall for the search for copied text
 * @property {import('./song-form-figures.js').SongFigures} [figures] for the statistics of a song with a form
 * @property {import('./touchable-lines.js').TouchableLines} [lines] for the candidates of a song with a form
 * @property {import('../../ui/verdict.js').Verdict} [verdict]
 */

/** Interval at which the speed display is updated. */
const SPEED_MS = 250;

/** After the end of a song, a GPT starts the title of the next one. */
const SONG_ENDS = ['==='];

/**
 * Converts settings to the engine's options.
 *
 * @param {import('../../state.js').Settings} settings
 * @returns {import('../../engine/protocol.js').GenerateOptions}
 */
export function generateOptions(settings) {
  const { seed, max_new_tokens, temperature, repetition_penalty, no_repeat_ngram } = settings;
  const { top_k, top_p, min_p, typical_p } = settings;
  const cuts = { top_k, top_p, min_p, typical_p, repetition_penalty, no_repeat_ngram };
  return { seed, max_new_tokens, temperature, ...cuts, stop: SONG_ENDS };
}

/**
 * Converts settings to the form of a song; null if they have none.
 *
 * @param {import('../../state.js').Settings} settings
 * @returns {import('../../engine/protocol.js').Form | null}
 */
export function formOf(settings) {
  const { view, title, style, scheme, lines, stanzas, parts, syllables } = settings;
  if (view !== 'write' || scheme === '') return null;
  const { stop, max_new_tokens, ...sampled } = generateOptions(settings);
  const [least, most] = syllables.split('-').map(Number);
  return { ...sampled, title, style, scheme, lines, stanzas, parts, syllables: syllables ? [least, most] : null };
}

/**
 * Returns the prompt for the model, truncated as in a link, so that the link reproduces the text.
 *
 * @param {string} typed
 * @param {import('../../engine/protocol.js').ModelEntry} model
 */
export function beginning(typed, { model_type }) {
  const kept = keepEnd(typed, PROMPT_LENGTH);
  // GPT tokens start with their own space, so the model has hardly seen one after a trailing space.
  return model_type === 'gpt2' ? kept.replace(/ +$/, '') : kept;
}

export class Lyrics {
  #context;
  #work;
  #parts;
  #recall;
  #speedShown = 0;
  /** Key of what the current song depends on, and whether it is complete. @type {{ key: string, whole: boolean } | null} */
  #last = null;
  /** The unit of the speed: characters, tokens or lines. @type {'' | 'Tokens' | 'Lines'} */
  #unit = '';
  /** The device they come from. @type {'' | 'Gpu'} */
  #from = '';
  /** Whether the GPU was used for the song. */
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
    this.#recall = new Recall(context, work, parts);
  }

  /**
   * Writes a song with the current settings.
   *
   * @param {import('./work.js').Task} task
   * @param {import('../../engine/protocol.js').ModelEntry} model
   * @param {string} typed the prompt
   * @param {boolean} fresh download files again, after an error
   * @param {import('../../state.js').Settings} settings the settings for a link to the song
   * @returns {Promise<Finished>}
   */
  async write(task, model, typed, fresh, settings = this.#context.state.settings) {
    const { state, engine, catalog } = this.#context;
    const wanted = this.#wanted(settings, model, typed);
    const listeners = {
      ...this.#work.loading(task, (byGpu) => {
        this.#from = byGpu ? 'Gpu' : '';
        this.byGpu ||= byGpu;
      }),
      onStarted: task.own((/** @type {string} */ read, /** @type {import('../../engine/protocol.js').Note[]} */ notes) => {
        state.wrote(settings.view, settings);
        this.#started(model.language, read, 'prompt' in wanted && typed.length > PROMPT_LENGTH ? [...notes, { code: 'prompt-cut' }] : notes);
        if ('form' in wanted) this.#parts.sheet.entitle(wanted.form.title);
      }),
      onLine: task.own(
        (
          /** @type {import('../../engine/protocol.js').LineEvent['line']} */ { before, text, candidates },
          /** @type {number} */ line,
          /** @type {number} */ lines,
        ) => {
          this.#parts.lines?.add(candidates);
          this.#parts.sheet.append(before + text, false);
          say(this.#parts.speed, 'formLine', { line, lines });
        },
      ),
      onJudged: task.own((/** @type {import('../../engine/protocol.js').SongFigures} */ figures) => this.#parts.figures?.show(figures)),
      onToken: task.own((/** @type {string} */ text, /** @type {number} */ tokens, /** @type {number} */ seconds) => {
        this.#grow(text, tokens, seconds);
      }),
    };
    this.#last = null;
    saysNothing(this.#parts.speed);
    this.#unit = 'form' in wanted ? 'Lines' : model.model_type === 'char_lstm' ? '' : 'Tokens';
    this.#from = '';
    this.byGpu = false;
    const request = { model, fresh, known: catalog.known() };
    const finished = await task.run(() =>
      'form' in wanted
        ? engine.compose({ ...request, ...wanted, lexicon: catalog.lexiconFor(model) }, listeners)
        : engine.generate({ ...request, ...wanted, replay: task.replay }, listeners),
    );
    this.#finished(finished);
    const { sheet, verdict } = this.#parts;
    if (finished.tokens > 0) this.#last = { key: keyOf(model, wanted), whole: !finished.cancelled };
    // Only the CPU gives the same text on all machines.
    if (!finished.cancelled && !this.byGpu) await verdict?.check(model, sheet.text);
    await this.#recall.offer(task, model);
    return finished;
  }

  /**
   * Removes the song, so that it is never shown under another model's name.
   *
   * @param {string} language of the songs to come
   */
  forget(language) {
    const { sheet, speed } = this.#parts;
    this.#last = null;
    this.#recall.clear();
    this.#parts.figures?.clear();
    saysNothing(speed);
    sheet.clear(language);
    sheet.showHint('songHint');
  }

  /** Whether a song has been written, perhaps not to its end. */
  get hasSong() {
    return this.#last !== null;
  }

  /**
   * Returns the proof of the current song, if the settings reproduce it.
   *
   * @param {import('../../engine/protocol.js').ModelEntry | null | undefined} model
   * @param {string} typed the prompt
   * @returns {Promise<string>} '' if they do not
   */
  async proof(model, typed) {
    const last = this.#last;
    if (!last || !model) return '';
    const key = keyOf(model, this.#wanted(this.#context.state.settings, model, typed));
    return key === last.key ? prove(this.#parts.sheet.text, last.whole, model) : '';
  }

  /**
   * Builds the request to the engine.
   *
   * @param {import('../../state.js').Settings} settings
   * @param {import('../../engine/protocol.js').ModelEntry} model
   * @param {string} typed
   * @returns {{ form: import('../../engine/protocol.js').Form } | { prompt: string, options: import('../../engine/protocol.js').GenerateOptions }}
   */
  #wanted(settings, model, typed) {
    const form = formOf(settings);
    return form ? { form } : { prompt: beginning(typed, model), options: generateOptions(settings) };
  }

  /**
   * @param {string} language
   * @param {string} read
   * @param {import('../../engine/protocol.js').Note[]} notes
   */
  #started(language, read, notes) {
    const { sheet, status } = this.#parts;
    this.#parts.notes.add(notes);
    say(status, 'statusWriting');
    this.#recall.clear();
    this.#parts.figures?.clear();
    this.#parts.lines?.clear();
    sheet.clear(language);
    sheet.append(read, true);
    bringIntoSight(sheet.element);
  }

  /**
   * @param {string} text
   * @param {number} tokens
   * @param {number} seconds
   */
  #grow(text, tokens, seconds) {
    this.#parts.sheet.append(text, false);
    const now = performance.now();
    if (now - this.#speedShown < SPEED_MS) return;
    this.#speedShown = now;
    this.#showSpeed(tokens, seconds);
  }

  /** @param {Finished} finished */
  #finished({ cancelled, tokens, seconds }) {
    const { status, sheet } = this.#parts;
    sheet.flush();
    if (cancelled) say(status, `statusStopped${this.#unit}`, { tokens });
    else say(status, `statusDone${this.#unit}`, { tokens, seconds: readable(seconds) });
    // The speed of lines depends on the form and is not informative.
    if (this.#unit === 'Lines') saysNothing(this.#parts.speed);
    else this.#showSpeed(tokens, seconds);
  }

  /**
   * @param {number} tokens
   * @param {number} seconds
   */
  #showSpeed(tokens, seconds) {
    if (!(tokens > 0 && seconds > 0)) return;
    const unit = this.#unit === 'Tokens' ? 'Tokens' : '';
    say(this.#parts.speed, `speed${unit}${this.#from}`, { rate: Math.round(tokens / seconds) });
  }
}

/**
 * Returns a key of everything that a song depends on.
 *
 * @param {import('../../engine/protocol.js').ModelEntry} model
 * @param {object} wanted
 */
function keyOf({ files }, wanted) {
  return JSON.stringify([files.weights.sha256, wanted]);
}
