// Runs the view "Taylor meets Helene": translation, continuation, or both in one go.

import { keepStart } from '../../cut.js';
import { say, saysNothing } from '../../i18n/index.js';
import { GERMAN_LENGTH } from '../../state.js';
import { bringIntoSight } from '../../ui/dom.js';
import { beforehand } from '../common/beforehand.js';
import { Lyrics } from '../common/lyrics.js';
import { Translation } from '../common/translation.js';
import { Work } from '../common/work.js';

/**
 * @typedef {object} OwnParts
 * @property {ReturnType<typeof import('../../ui/model-picker.js').modelPicker>} translators
 * @property {ReturnType<typeof import('../../ui/model-picker.js').modelPicker>} writers
 * @property {HTMLTextAreaElement} english
 * @property {HTMLElement} translationSpeed
 * @property {HTMLElement} stale shown when the English no longer matches the German
 * @property {HTMLElement} none shown when there is no translator
 * @property {HTMLButtonElement} restore
 * @property {HTMLButtonElement} all
 * @property {HTMLButtonElement} translate
 * @property {HTMLButtonElement} stop
 * @property {HTMLElement} shown
 * @property {import('../../ui/verdict.js').Verdict} verdict
 * @property {HTMLElement} afterwards
 *
 * @typedef {import('../common/work.js').Parts & import('../common/lyrics.js').Parts & OwnParts} Parts
 * @typedef {import('../common/work.js').Task} Task
 */

export class Chaining {
  #context;
  #parts;
  #work;
  #translation;
  #lyrics;
  /** The source that the English was translated from or edited for; null while a translation is incomplete. */
  #madeFrom = /** @type {string | null} */ (null);
  /** Whether the English was computed beforehand, so that it is translated before the song continues. */
  #isStored = false;
  /** The visitor's own English, replaced by a new translation. */
  #replaced = '';

  /**
   * @param {import('../common/view.js').Context} context
   * @param {Parts} parts
   */
  constructor(context, parts) {
    this.#context = context;
    this.#parts = parts;
    this.#work = new Work(context, parts, (working) => this.#setWorking(working));
    this.#translation = new Translation(context, this.#work, parts);
    this.#lyrics = new Lyrics(context, this.#work, parts);
    context.state.onChange(() => this.#follow());
    parts.english.addEventListener('input', () => this.#edited());
  }

  /**
   * @param {import('../common/view.js').How} how
   * @param {boolean} fresh bypass the HTTP cache, after an error
   */
  async open(how, fresh = false) {
    const { go, linked } = how;
    const { english, translators, none, translate } = this.#parts;
    english.value = this.#context.state.settings.english || (linked ? '' : english.value);
    if (!(await this.#work.openCatalog(fresh, () => void this.open(how, true)))) return;
    // Only now, since the list of models determines which translator a link refers to.
    if (linked || this.#context.state.settings.english) this.#take(english.value);
    none.hidden = translators.models().length > 0;
    translate.disabled = !none.hidden;
    if (linked) this.#parts.verdict.expect(how.pledge);
    this.#follow();
    void this.#showBeforehand();
    if (!go) return;
    // Opened from the Translate view: start over with its German text.
    if (!linked) this.begin(this.#context.state.settings.german);
    this.all(fresh, linked);
  }

  /** Shows English and a song computed beforehand. */
  async #showBeforehand() {
    const { english, translators, writers, translationSpeed, sheet } = this.#parts;
    const texts = await beforehand('chain', this.#context.state);
    const [translation, song] = [translators, writers].map((picker) => texts[picker.chosen()?.id ?? '']);
    if (!translation || !song || english.value !== '' || sheet.text !== '') return;
    english.value = translation;
    this.#madeFrom = this.#source();
    this.#isStored = true;
    say(translationSpeed, 'beforehand');
    sheet.showBeforehand(beginningOf(translation), song, 'en');
  }

  /** Translates, unless there is English that still matches the German, then continues the song. */
  all(fresh = false, replay = false) {
    const { english, translators } = this.#parts;
    // Without a translator, keep the visitor's English even if the German has changed.
    const anew = english.value.trim() === '' || ((this.#isStored || this.#isStale()) && translators.models().length > 0);
    if (anew && !this.#canTranslate(() => this.all(fresh))) return;
    this.#perform(
      async (task) => {
        if (!anew || (await this.#translate(task, fresh))) await this.#write(task, fresh);
      },
      () => this.all(true, replay),
      replay,
    );
  }

  translate(fresh = false) {
    if (!this.#canTranslate(() => this.translate(fresh))) return;
    this.#perform(
      async (task) => void (await this.#translate(task, fresh)),
      () => this.translate(true),
    );
  }

  write(fresh = false) {
    if (!this.#isOpen(() => this.write(fresh))) return;
    if (this.#parts.english.value.trim() === '') {
      this.#refuse('nothing-to-continue');
      return;
    }
    this.#perform(
      (task) => this.#write(task, fresh),
      () => this.write(true),
    );
  }

  stop() {
    this.#work.stop();
  }

  /** Restores the visitor's own English. */
  restore() {
    this.#work.stop();
    this.#take(this.#replaced);
    this.#edited();
  }

  /** Starts over with a German song. */
  begin(/** @type {string} */ german) {
    this.#work.stop();
    if (this.#context.state.settings.english) this.#replaced = this.#parts.english.value;
    this.#context.state.set({ german, english: '' });
    this.#take('');
  }

  /**
   * Returns the settings for a link. They include the English if the German would not reproduce it.
   *
   * @returns {import('../../state.js').Settings}
   */
  linkSettings() {
    const { settings } = this.#context.state;
    const { value } = this.#parts.english;
    return this.#isStale() ? { ...settings, english: value } : settings;
  }

  /** Returns the proofs of the translation, unless the link carries the English itself, and of the song. */
  async prove() {
    const { english, translators, writers } = this.#parts;
    const { english: own } = this.linkSettings();
    const translation = own ? '' : await this.#translation.proof(translators.chosen());
    const song = translation || own ? await this.#lyrics.proof(writers.chosen(), beginningOf(english.value)) : '';
    return [translation, song].filter(Boolean);
  }

  /** Whether the GPU was used for a text that the link reproduces. */
  get byGpu() {
    return this.#translation.byGpu || this.#lyrics.byGpu;
  }

  /** @param {string} english from a link, or empty */
  #take(english) {
    this.#translation.byGpu = false;
    this.#parts.english.value = english;
    this.#madeFrom = this.#source();
    this.#isStored = false;
    saysNothing(this.#parts.translationSpeed);
    this.#follow();
  }

  #edited() {
    this.#madeFrom = this.#source();
    this.#isStored = false;
    this.#replaced = '';
    // The link now carries the English itself, so no GPU result is reproduced.
    this.#translation.byGpu = false;
    this.#context.state.set({ english: this.#parts.english.value });
  }

  /**
   * @param {(task: Task) => Promise<void>} steps
   * @param {() => void} retry
   * @param {boolean} [replay] whether a link requests it
   */
  #perform(steps, retry, replay) {
    const { shown, afterwards } = this.#parts;
    shown.replaceChildren();
    afterwards.hidden = true;
    void this.#work.perform(steps, retry, replay);
  }

  /**
   * @param {Task} task
   * @param {boolean} fresh
   * @returns {Promise<boolean>} whether it was completed
   */
  async #translate(task, fresh) {
    const { english, translators, translationSpeed } = this.#parts;
    const { state } = this.#context;
    const model = translators.chosen();
    if (!model) return false;
    const source = this.#source();
    const { cancelled, ...figures } = await this.#translation.run(task, {
      model,
      fresh,
      speed: translationSpeed,
      onSplit: (settings) => {
        // If there is a song already, keep the settings that it was written with.
        if (!this.#lyrics.hasSong) {
          this.#lyrics.forget('en');
          state.wrote('chain', settings);
        }
        bringIntoSight(english);
        // Not earlier, so that a failed download does not discard the visitor's own English.
        if (state.settings.english) this.#replaced = english.value;
        english.value = '';
        this.#madeFrom = null;
        this.#isStored = false;
        this.#translation.byGpu = false;
        state.set({ english: '' });
      },
      onPiece: ({ before, text }) => {
        english.value += before + text;
      },
    });
    this.#translation.tell({ cancelled, ...figures });
    if (!cancelled) this.#madeFrom = source;
    this.#follow();
    return !cancelled;
  }

  /**
   * @param {Task} task
   * @param {boolean} fresh
   */
  async #write(task, fresh) {
    const { english, translators, writers, afterwards } = this.#parts;
    const model = writers.chosen();
    const beginning = beginningOf(english.value);
    if (!model || beginning === '\n') return;
    const translator = translators.chosen();
    if (this.#isStored && translator) this.#translation.remember(translator, english.value);
    const { tokens } = await this.#lyrics.write(task, model, beginning, fresh, this.linkSettings());
    afterwards.hidden = tokens === 0;
  }

  /** Whether the list of models has loaded. @param {() => void} again called once it has loaded, if it had not */
  #isOpen(again) {
    const { catalog } = this.#context;
    if (!catalog.isOpen) {
      void this.open({ go: false, linked: false, pledge: null }, true).then(() => {
        if (catalog.isOpen) again();
      });
    }
    return catalog.isOpen;
  }

  /** Whether a translation is possible; if not, shows why. */
  #canTranslate(/** @type {() => void} */ again) {
    if (!this.#isOpen(again)) return false;
    if (!this.#parts.translators.chosen()) {
      this.#refuse('no-translator');
      return false;
    }
    if (this.#context.state.settings.german.trim() === '') {
      this.#refuse('nothing-to-translate');
      return false;
    }
    return true;
  }

  /** @param {string} code of a note */
  #refuse(code) {
    this.#work.refuse(code);
  }

  /** Returns a key of everything that a translation depends on. */
  #source() {
    const { german, beam_width, translator } = this.#context.state.settings;
    return JSON.stringify([german, beam_width, translator]);
  }

  /** Whether the current German would give different English. */
  #isStale() {
    const { english } = this.#parts;
    return english.value !== '' && this.#madeFrom !== this.#source();
  }

  /** @param {boolean} working */
  #setWorking(working) {
    const { stop, all, sheet, english } = this.#parts;
    // A disabled button loses the focus; move it to the one beside it.
    if (!working && document.activeElement === stop) all.focus();
    stop.disabled = !working;
    // Edits during a run would be lost.
    english.readOnly = working || english.dataset.locked === '1';
    sheet.setWriting(working);
  }

  /** Follows the settings: updates hints and loads the chosen models. */
  #follow() {
    const { stale, restore, translators, writers } = this.#parts;
    if (this.#context.state.settings.view !== 'chain') return;
    stale.hidden = this.#madeFrom === null || !this.#isStale();
    restore.hidden = this.#replaced === '';
    const models = [translators.chosen(), writers.chosen()].filter((model) => model !== undefined);
    if (models.length) void this.#work.fetchAhead(models);
  }
}

/**
 * Makes the prompt: the English text and a line break, so that the song continues on a new line.
 *
 * @param {string} english
 */
function beginningOf(english) {
  return `${keepStart(english, GERMAN_LENGTH).trimEnd()}\n`;
}
