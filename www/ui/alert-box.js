import { errorKey } from '../i18n/codes.js';
import { button, h } from './dom.js';

/** An error message in the reader's language, with the code in small print and a retry button. */
export class AlertBox {
  element = h('div', { role: 'alert', class: 'alert' });

  /**
   * @param {import('../engine/protocol.js').Failure} failure
   * @param {() => void} retry
   */
  show({ code, message }, retry) {
    const again = () => {
      this.clear();
      retry();
    };
    this.element.replaceChildren(h('p', { t: errorKey(code) }), button('retry', again), h('p', { class: 'small' }, h('code', {}, code), ` ${message}`));
    // The button that was pressed may be far below.
    this.element.scrollIntoView({ block: 'nearest' });
  }

  clear() {
    this.element.replaceChildren();
  }
}
