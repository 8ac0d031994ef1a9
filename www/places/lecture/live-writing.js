// A small text generator for the lecture, which shares model, settings and seed with the other views.

import { say } from '../../i18n/index.js';
import { randomSeed } from '../../state.js';
import { AlertBox } from '../../ui/alert-box.js';
import { button, h } from '../../ui/dom.js';
import { DownloadBar } from '../../ui/download-bar.js';
import { textField } from '../../ui/fields.js';
import { modelPicker } from '../../ui/model-picker.js';
import { Notes } from '../../ui/notes.js';
import { SongSheet } from '../../ui/song-sheet.js';
import { Lyrics } from '../common/lyrics.js';
import { Work } from '../common/work.js';

export class LiveWriting {
  #context;
  #work;
  #lyrics;
  #picker;
  #seed = h('span', { class: 'value' });
  #stop;
  element;

  /** @param {import('../common/view.js').Context} context */
  constructor(context) {
    this.#context = context;
    const { state } = context;
    const parts = {
      sheet: new SongSheet(),
      alert: new AlertBox(),
      notes: new Notes(),
      download: new DownloadBar('lecture-write-download'),
      status: h('p', { role: 'status', class: 'status' }),
      speed: h('p', { class: 'speed small' }),
      recall: h('p'),
    };
    this.#picker = modelPicker(context, 'model', 'lecture-model');
    this.#stop = button('stop', () => this.stop(), { disabled: true, 'aria-keyshortcuts': 'Escape' });
    const go = button('generate', () => this.run(), { class: 'primary', 'aria-keyshortcuts': 'Control+Enter Meta+Enter' });
    this.#work = new Work(context, parts, (working) => {
      if (!working && document.activeElement === this.#stop) go.focus();
      this.#stop.disabled = !working;
      parts.sheet.setWriting(working);
    });
    this.#lyrics = new Lyrics(context, this.#work, parts);
    parts.sheet.showExample();
    const show = () => say(this.#seed, 'seedIs', { seed: String(state.settings.seed) });
    state.onChange(show);
    show();
    const another = button('newSeed', () => state.set({ seed: randomSeed() }), { class: 'quiet' });
    this.element = h(
      'div',
      {},
      h('label', { for: 'lecture-prompt', t: 'prompt' }),
      textField(state, 'prompt', { id: 'lecture-prompt', rows: '2', spellcheck: 'false' }),
      h('div', { class: 'field' }, h('label', { for: 'lecture-model', t: 'model' }), this.#picker.element),
      h('div', { class: 'row' }, go, this.#stop, another, this.#seed),
      h('div', { class: 'news' }, parts.status, parts.speed),
      parts.alert.element,
      parts.download.element,
      parts.sheet.element,
      parts.recall,
      parts.notes.element,
    );
  }

  open() {
    void this.#work.openCatalog(false, () => this.run());
  }

  run() {
    void this.#write(false);
  }

  stop() {
    this.#work.stop();
  }

  /** @param {boolean} fresh download files again, after an error */
  async #write(fresh) {
    if (!(await this.#work.openCatalog(fresh, () => void this.#write(true)))) return;
    const model = this.#picker.chosen();
    if (!model) return;
    void this.#work.perform(
      async (task) => {
        await this.#lyrics.write(task, model, this.#context.state.settings.prompt, fresh);
      },
      () => void this.#write(true),
    );
  }
}
