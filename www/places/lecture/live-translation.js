// A small translator for the lecture, which shares text, model and beam width with the other views.

import { AlertBox } from '../../ui/alert-box.js';
import { Alignment } from '../../ui/alignment.js';
import { button, h } from '../../ui/dom.js';
import { DownloadBar } from '../../ui/download-bar.js';
import { textField } from '../../ui/fields.js';
import { modelPicker } from '../../ui/model-picker.js';
import { Notes } from '../../ui/notes.js';
import { TranslationSheet } from '../../ui/translation-sheet.js';
import { Translation } from '../common/translation.js';
import { Work } from '../common/work.js';

export class LiveTranslation {
  #work;
  #translation;
  #picker;
  #sheet;
  #alignment = new Alignment();
  #stop;
  /** Whether a piece's attention is shown. */
  #chosen = false;
  element;

  /** @param {import('../common/view.js').Context} context */
  constructor(context) {
    const { state } = context;
    const parts = {
      alert: new AlertBox(),
      notes: new Notes(),
      download: new DownloadBar('lecture-translate-download'),
      status: h('p', { role: 'status', class: 'status' }),
    };
    this.#sheet = new TranslationSheet((piece) => this.#choose(piece));
    this.#picker = modelPicker(context, 'translator', 'lecture-translator');
    this.#stop = button('stop', () => this.stop(), { disabled: true, 'aria-keyshortcuts': 'Escape' });
    const go = button('translate', () => this.run(), { class: 'primary', 'aria-keyshortcuts': 'Control+Enter Meta+Enter' });
    this.#work = new Work(context, parts, (working) => {
      if (!working && document.activeElement === this.#stop) go.focus();
      this.#stop.disabled = !working;
      if (!working) this.#sheet.setWorking(false);
    });
    this.#translation = new Translation(context, this.#work, parts);
    this.element = h(
      'div',
      {},
      h('label', { for: 'lecture-german', t: 'german', class: 'german' }),
      textField(state, 'german', { id: 'lecture-german', rows: '4', lang: 'de', class: 'german' }),
      h('div', { class: 'field' }, h('label', { for: 'lecture-translator', t: 'translator' }), this.#picker.element),
      h('div', { class: 'row' }, go, this.#stop),
      h('div', { class: 'news' }, parts.status),
      parts.alert.element,
      parts.download.element,
      this.#sheet.element,
      this.#alignment.element,
      parts.notes.element,
    );
  }

  open() {
    void this.#work.openCatalog(false, () => this.run());
  }

  run() {
    void this.#translate(false);
  }

  stop() {
    this.#work.stop();
  }

  /** @param {boolean} fresh download files again, after an error */
  async #translate(fresh) {
    if (!(await this.#work.openCatalog(fresh, () => void this.#translate(true)))) return;
    const model = this.#picker.chosen();
    if (!model) return;
    this.#sheet.clear(model);
    this.#alignment.show([]);
    this.#chosen = false;
    void this.#work.perform(
      async (task) => {
        const result = await this.#translation.run(task, {
          model,
          fresh,
          speed: this.#sheet.speed,
          onSplit: () => this.#sheet.setWorking(true),
          onPiece: (piece) => {
            this.#sheet.append(piece);
            if (piece.attention.length && !this.#chosen) this.#choose(piece);
          },
        });
        this.#translation.tell(result);
      },
      () => void this.#translate(true),
    );
  }

  /** @param {import('../../engine/protocol.js').Piece} piece the piece whose attention to show */
  #choose(piece) {
    this.#chosen = true;
    this.#sheet.mark(piece.index);
    const { model } = this.#sheet;
    if (model) this.#alignment.show([{ title: model.title, piece }]);
  }
}
