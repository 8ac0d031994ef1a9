// The places of the page: one row, which scrolls sideways where there is no room for all of them.

import { onLanguage } from '../i18n/index.js';
import { h } from './dom.js';

/** @typedef {import('../state.js').ViewId} ViewId */

export class Places {
  #row;
  /** @type {Map<ViewId, HTMLAnchorElement>} */
  #links = new Map();

  /**
   * @param {HTMLElement} row
   * @param {readonly { id: ViewId, title: import('../i18n/index.js').Key }[]} views
   * @param {(id: ViewId) => void} visit
   */
  constructor(row, views, visit) {
    this.#row = row;
    for (const { id, title } of views) {
      // A link that begins with # and lies out of sight would be taken for one that skips to a part of the page.
      const link = h('a', { href: `./#view=${id}`, 'data-place': id, t: title });
      link.addEventListener('click', (event) => {
        // With a modifier key the browser opens a new tab or window, as everywhere.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        visit(id);
      });
      this.#links.set(id, link);
    }
    row.append(...this.#links.values());
    const follow = () => this.#fade();
    row.addEventListener('scroll', follow, { passive: true });
    new ResizeObserver(() => this.#reveal()).observe(row);
    onLanguage(() => this.#reveal());
  }

  /** @param {ViewId} id */
  show(id) {
    for (const [other, link] of this.#links) {
      if (other === id) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    this.#reveal();
  }

  /** Brings the current place into the middle of the row; the page itself does not move. */
  #reveal() {
    const current = [...this.#links.values()].find((link) => link.hasAttribute('aria-current'));
    if (current) {
      const middle = current.offsetLeft - this.#row.offsetLeft + current.offsetWidth / 2;
      this.#row.scrollLeft = middle - this.#row.clientWidth / 2;
    }
    this.#fade();
  }

  /** The row fades out where it goes on. */
  #fade() {
    const { scrollLeft, clientWidth, scrollWidth } = this.#row;
    this.#row.classList.toggle('more-before', scrollLeft > 1);
    this.#row.classList.toggle('more-after', scrollLeft + clientWidth < scrollWidth - 1);
  }
}
