// One visitor's runs: fetch the model, start, stop, start again, and say how it goes.

import { EngineError, toFailure } from '../engine/errors.js';
import { say, saysNothing } from '../i18n/index.js';
import { loadManifest } from '../models.js';
import { keepEnd, PROMPT_LENGTH, randomSeed } from '../state.js';

/** @typedef {import('../engine/client.js').Run} Run */
/** @typedef {import('../engine/protocol.js').Finished} Finished */

/**
 * @typedef {object} Parts the elements of the view that a run writes to
 * @property {import('../ui/song-sheet.js').SongSheet} sheet
 * @property {import('../ui/alert-box.js').AlertBox} alert
 * @property {import('../ui/notes.js').Notes} notes
 * @property {import('../ui/model-card.js').ModelCard} card
 * @property {import('../ui/download-bar.js').DownloadBar} download
 * @property {ReturnType<typeof import('../ui/model-picker.js').modelPicker>} picker
 * @property {HTMLTextAreaElement} prompt
 * @property {HTMLElement} status
 * @property {HTMLElement} speed
 * @property {HTMLElement} shown
 * @property {HTMLButtonElement} generate
 * @property {HTMLButtonElement} stop
 * @property {HTMLElement} afterwards
 */

/** The speed is for eyes, not a stopwatch: it changes this often. */
const SPEED_MS = 250;

export class Writing {
  #state;
  #engine;
  #parts;
  /**
   * A load goes on while a song waits for it, so that pressing Generate early costs no download.
   *
   * @type {{ load: Run | null, write: Run | null }}
   */
  #runs = { load: null, write: null };
  #opened = '';
  #speedShown = 0;

  /**
   * @param {import('../state.js').State} state
   * @param {import('../engine/client.js').EngineClient} engine
   * @param {Parts} parts
   */
  constructor(state, engine, parts) {
    this.#state = state;
    this.#engine = engine;
    this.#parts = parts;
    state.onChange(() => this.#followModel());
  }

  /**
   * Reads the manifest and fetches the model, so that the first song does not wait for it.
   *
   * @param {boolean} go write at once
   * @param {boolean} fresh ask the host again, after an error
   */
  async open(go, fresh = false) {
    const { picker, alert } = this.#parts;
    try {
      if (fresh || !picker.chosen()) picker.offer(await loadManifest({ fresh }));
    } catch (error) {
      say(this.#parts.status, 'statusFailed');
      alert.show(toFailure(error), () => void this.open(go, true));
      return;
    }
    if (go) this.generate(fresh);
    else this.#load(fresh);
  }

  /** @param {boolean} fresh fetch files anew, after an error */
  generate(fresh = false) {
    const model = this.#parts.picker.chosen();
    if (!model) {
      void this.open(true, true);
      return;
    }
    const { prompt: typed, max_new_tokens, seed, temperature, top_k, top_p, repetition_penalty } = this.#state.settings;
    // What a link carries, not more: so the link gives the same text.
    const prompt = keepEnd(typed, PROMPT_LENGTH);
    const options = { max_new_tokens, seed, temperature, top_k, top_p, repetition_penalty };
    this.#begin(model);
    this.#parts.afterwards.hidden = true;
    this.#setWriting(true);
    this.#track(
      'write',
      (own) =>
        this.#engine.generate(
          { model, fresh, known: this.#parts.picker.known(), prompt, options },
          {
            ...this.#loading(own),
            onStarted: own((read, notes) => {
              this.#started(read, prompt === typed ? notes : [...notes, { code: 'prompt-cut' }]);
            }),
            onToken: own((text, tokens, seconds) => this.#grow(text, tokens, seconds)),
          },
        ),
      (finished) => this.#finished(finished),
      () => this.generate(true),
    );
  }

  stop() {
    this.#runs.write?.cancel();
  }

  /** A new seed, and off it goes. */
  another() {
    this.#state.set({ seed: randomSeed() });
    this.generate();
  }

  /** @param {boolean} fresh */
  #load(fresh) {
    const model = this.#parts.picker.chosen();
    if (!model) return;
    this.#begin(model);
    if (this.#runs.load) return;
    this.#track(
      'load',
      (own) => this.#engine.load({ model, fresh, known: this.#parts.picker.known() }, this.#loading(own)),
      ({ cancelled }) => {
        if (!cancelled) say(this.#parts.status, 'statusReady');
      },
      () => this.#load(true),
    );
  }

  /** @param {import('../engine/protocol.js').ModelEntry} model */
  #begin(model) {
    const { alert, notes, shown, card, speed, status } = this.#parts;
    if (model.id !== this.#opened) {
      this.#runs.load?.cancel();
      this.#runs.load = null;
    }
    this.#runs.write?.cancel();
    this.#runs.write = null;
    this.#setWriting(false);
    this.#opened = model.id;
    alert.clear();
    notes.clear();
    shown.replaceChildren();
    saysNothing(speed);
    card.show(model);
    say(status, 'statusLoading');
  }

  /**
   * Makes a run the current one of its kind and takes care of its end. What an older run still
   * says is dropped, so that two songs never mix.
   *
   * @param {'load' | 'write'} kind
   * @param {(own: Own) => Run} start
   * @param {(finished: Finished) => void} onFinished
   * @param {() => void} retry
   *
   * @typedef {<A extends unknown[]>(listener: (...all: A) => void) => (...all: A) => void} Own
   */
  #track(kind, start, onFinished, retry) {
    /** @type {Run} */
    const run = start((listener) => (...all) => {
      if (this.#runs[kind] === run) listener(...all);
    });
    this.#runs[kind] = run;
    const end = (/** @type {() => void} */ react) => {
      if (this.#runs[kind] !== run) return;
      this.#runs[kind] = null;
      if (!this.#runs.load) this.#parts.download.hide();
      // The song that waited for a load tells how both ended.
      if (this.#runs.write) return;
      this.#parts.sheet.flush();
      this.#setWriting(false);
      react();
    };
    run.finished.then(
      (finished) => end(() => onFinished(finished)),
      (error) => end(() => this.#failed(error, retry)),
    );
  }

  /** @param {Own} own */
  #loading(own) {
    const { download, notes } = this.#parts;
    return {
      onProgress: own((/** @type {number} */ received, /** @type {number} */ total) => download.show(received, total)),
      onLoaded: own((/** @type {import('../engine/protocol.js').Loaded} */ loaded) => {
        download.hide();
        notes.add(loaded.notes);
      }),
    };
  }

  /**
   * @param {string} read
   * @param {import('../engine/protocol.js').Note[]} notes
   */
  #started(read, notes) {
    const { sheet, status, picker } = this.#parts;
    this.#parts.notes.add(notes);
    say(status, 'statusWriting');
    sheet.clear(picker.chosen()?.language ?? 'en');
    sheet.append(read, true);
    const top = sheet.element.getBoundingClientRect().top;
    if (top > innerHeight * 0.8) sheet.element.scrollIntoView({ block: 'start' });
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
    const { status, afterwards } = this.#parts;
    if (cancelled) say(status, 'statusStopped', { tokens });
    else say(status, 'statusDone', { tokens, seconds: Math.round(seconds * 10) / 10 });
    this.#showSpeed(tokens, seconds);
    afterwards.hidden = tokens === 0;
  }

  /**
   * @param {number} tokens
   * @param {number} seconds
   */
  #showSpeed(tokens, seconds) {
    if (tokens > 0 && seconds > 0) say(this.#parts.speed, 'speed', { rate: Math.round(tokens / seconds) });
  }

  /**
   * @param {unknown} error
   * @param {() => void} retry
   */
  #failed(error, retry) {
    const failure = error instanceof EngineError ? error : toFailure(error);
    say(this.#parts.status, 'statusFailed');
    this.#parts.alert.show(failure, retry);
  }

  /** @param {boolean} writing */
  #setWriting(writing) {
    const { stop, generate, sheet } = this.#parts;
    // A disabled button loses the focus; keyboard users go on with the one beside it.
    if (!writing && document.activeElement === stop) generate.focus();
    stop.disabled = !writing;
    sheet.setWriting(writing);
  }

  /** Another model was picked: its card and its weights. */
  #followModel() {
    const model = this.#parts.picker.chosen();
    if (model && this.#opened !== '' && model.id !== this.#opened) this.#load(false);
  }
}
