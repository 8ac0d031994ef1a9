// One side of the comparison of two models: its song, progress, speed and evaluation.

import { currentLanguage, onLanguage, say, saysNothing } from '../../i18n/index.js';
import { AlertBox } from '../../ui/alert-box.js';
import { h } from '../../ui/dom.js';
import { DownloadBar } from '../../ui/download-bar.js';
import { ModelCard } from '../../ui/model-card.js';
import { modelPicker } from '../../ui/model-picker.js';
import { Notes } from '../../ui/notes.js';
import { SongSheet } from '../../ui/song-sheet.js';
import { Lyrics } from '../common/lyrics.js';
import { Work } from '../common/work.js';

export class ComparedSong {
  #context;
  #place;
  #work;
  #lyrics;
  #title = h('h2', { class: 'model-name' });
  #bits = h('span', { class: 'small' });
  #name;
  /** @type {import('../../engine/protocol.js').ModelEntry | null} */
  #model = null;
  #parts;
  card = new ModelCard();
  working = false;
  onWorking = () => {};
  element;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {number} place 0 for left, 1 for right
   * @param {import('../../ui/verdict.js').Verdict} verdict shared by both sides
   */
  constructor(context, place, verdict) {
    this.#context = context;
    this.#place = place;
    this.picker = modelPicker(context, place === 0 ? 'left' : 'right', `duel-model-${place}`);
    this.#name = h('span', { id: `compared-song-${place}` });
    const parts = {
      sheet: new SongSheet(),
      alert: new AlertBox(),
      notes: new Notes(),
      download: new DownloadBar(`duel-download-${place}`),
      status: h('p', { role: 'status', class: 'status' }),
      speed: h('p', { class: 'speed small' }),
      recall: h('p'),
      verdict,
    };
    this.#parts = parts;
    // Label the two songs by their models.
    parts.sheet.element.setAttribute('aria-labelledby', this.#name.id);
    this.#work = new Work(context, parts, (working) => this.#setWorking(working));
    this.#lyrics = new Lyrics(context, this.#work, parts);
    this.#title.append(this.#name, ' ', this.#bits);
    this.element = h(
      'article',
      { class: 'compared-song' },
      h('div', { class: 'imprint' }, this.#title, parts.speed),
      h('div', { class: 'news' }, parts.status),
      parts.alert.element,
      parts.download.element,
      parts.sheet.element,
      parts.recall,
      parts.notes.element,
    );
    onLanguage(() => this.#imprint());
  }

  /**
   * @param {import('../common/view.js').How} how
   * @param {boolean} fresh bypass the HTTP cache, after an error
   * @param {boolean} replay whether a link requests it, not the visitor
   */
  async open(how, fresh = false, replay = how.linked) {
    if (!(await this.#work.openCatalog(fresh, () => void this.open(how, true, replay)))) return;
    if (how.linked && this.#place === 0) this.#parts.verdict.expect(how.pledge);
    this.follow();
    if (how.go) this.write(fresh, replay);
  }

  /** Shows a song computed beforehand. @param {Record<string, string>} texts by model id */
  showBeforehand(texts) {
    const model = this.#model;
    if (model && texts[model.id]) this.#parts.sheet.showBeforehand(this.#context.state.settings.prompt, texts[model.id], model.language);
  }

  /** Returns the proof of the song, if the settings it was written with are unchanged. */
  proof() {
    return this.#lyrics.proof(this.#model, this.#context.state.settings.prompt);
  }

  /** Loads the chosen model in advance, while the visitor types. */
  follow() {
    const model = this.picker.chosen() ?? null;
    this.element.hidden = model === null;
    if (!model || model === this.#model) return;
    this.#model = model;
    this.#imprint();
    this.card.show(model, true);
    this.#lyrics.forget(model.language);
    void this.#work.fetchAhead([model]);
  }

  /**
   * @param {boolean} fresh download files again, after an error
   * @param {boolean} replay whether a link requests it
   */
  write(fresh = false, replay = false) {
    const model = this.#model;
    if (!model) {
      // The list of models has not loaded, or it has only one language model.
      if (!this.#context.catalog.isOpen) void this.open({ go: true, linked: false, pledge: null }, true, replay);
      return;
    }
    void this.#work.perform(
      async (task) => {
        await this.#lyrics.write(task, model, this.#context.state.settings.prompt, fresh);
      },
      () => this.write(true, replay),
      replay,
    );
  }

  stop() {
    this.#work.stop();
  }

  /** Whether the GPU was used for the song. */
  get byGpu() {
    return this.#lyrics.byGpu;
  }

  get hasSong() {
    return this.#lyrics.hasSong;
  }

  /** @param {boolean} working */
  #setWorking(working) {
    this.working = working;
    this.#parts.sheet.setWriting(working);
    this.onWorking();
  }

  #imprint() {
    if (!this.#model) return;
    const { title, figures } = this.#model;
    this.#name.textContent = title[currentLanguage()];
    if (figures.dev_bits_per_char === undefined) saysNothing(this.#bits);
    else say(this.#bits, 'bitsShort', { value: figures.dev_bits_per_char });
  }
}
