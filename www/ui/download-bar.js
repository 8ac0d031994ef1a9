import { say } from '../i18n/index.js';
import { h } from './dom.js';
import { megabytes } from './model-card.js';

/** Progress bar of a model's download; hidden when there is none. */
export class DownloadBar {
  #bar = h('progress');
  #amount = h('span', { class: 'small' });
  element = h('div', { class: 'download', hidden: true });

  /** @param {string} id */
  constructor(id) {
    this.#bar.id = id;
    this.element.append(h('label', { for: id, t: 'weightsProgress' }), this.#bar, this.#amount);
  }

  /**
   * @param {number} received bytes
   * @param {number} total bytes
   */
  show(received, total) {
    this.element.hidden = false;
    this.#bar.max = total;
    this.#bar.value = received;
    const amount = { received: megabytes(received), total: megabytes(total) };
    say(this.#amount, 'weightsAmount', amount);
  }

  hide() {
    this.element.hidden = true;
  }
}
