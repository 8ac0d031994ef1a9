// The page's navigation: all places, and below them the views of the current place.

import { h } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('../state.js').ViewId} ViewId */
/** @typedef {import('../places/common/view.js').Place} Place */
/** @typedef {import('../places/common/view.js').Door} Door */

export class Places {
  #state;
  #visit;
  #doors;
  #row;
  /** The views of the current place. */
  #views;
  /** @type {Map<Place, { link: HTMLAnchorElement, last: ViewId }>} */
  #places = new Map();

  /**
   * @param {{ places: HTMLElement, views: HTMLElement }} rows
   * @param {import('../places/common/view.js').Context} context
   * @param {readonly Place[]} places
   */
  constructor(rows, { state, visit, views: doors }, places) {
    this.#state = state;
    this.#visit = visit;
    this.#doors = doors;
    this.#row = rows.places;
    this.#views = rows.views;
    for (const place of places) {
      const own = doors.filter((door) => door.place === place.id);
      const link = h('a', { 'data-views': own.map(({ id }) => id).join(' ') }, icon(place.id), h('span', { t: place.title }));
      // The current place's link leads to its first view.
      this.#lead(link, () => (link.hasAttribute('aria-current') ? own[0].id : this.#entrance(place)));
      this.#places.set(place, { link, last: own[0].id });
      this.#row.append(link);
    }
  }

  /** @param {ViewId} id the visible view */
  show(id) {
    const own = this.#doors.find((door) => door.id === id)?.place;
    for (const [place, entry] of this.#places) {
      const isHere = place.id === own;
      if (isHere) entry.last = id;
      const alone = this.#of(place).length === 1;
      mark(entry.link, isHere && (alone ? 'page' : 'true'));
      entry.link.href = `./#view=${this.#entrance(place)}`;
      if (isHere) this.#offer(alone ? [] : this.#of(place), id);
    }
  }

  /**
   * @param {readonly Door[]} doors
   * @param {ViewId} id
   */
  #offer(doors, id) {
    const shown = [...this.#views.children].map((link) => /** @type {HTMLElement} */ (link).dataset.view);
    if (shown.join() !== doors.map((door) => door.id).join()) {
      this.#views.replaceChildren(
        ...doors.map((door) => {
          // Accessibility checkers take an off-screen link that starts with # for a skip link.
          const link = h('a', { href: `./#view=${door.id}`, 'data-view': door.id, t: door.title });
          return this.#lead(link, () => door.id);
        }),
      );
    }
    this.#views.hidden = doors.length === 0;
    for (const link of this.#views.querySelectorAll('a')) mark(link, link.dataset.view === id && 'page');
  }

  /** @param {Place} place */
  #of(place) {
    return this.#doors.filter((door) => door.place === place.id);
  }

  /**
   * Returns the view that a place opens: the last one visited, unless the link hides it.
   *
   * @param {Place} place
   */
  #entrance(place) {
    const hidden = this.#state.settings.hide.split(',');
    const open = this.#of(place)
      .map(({ id }) => id)
      .filter((id) => !hidden.includes(id));
    const last = this.#places.get(place)?.last;
    return last && (open.includes(last) || open.length === 0) ? last : (open[0] ?? this.#of(place)[0].id);
  }

  /**
   * @param {HTMLAnchorElement} link
   * @param {() => ViewId} to
   */
  #lead(link, to) {
    link.addEventListener('click', (event) => {
      // With a modifier key, let the browser open a new tab or window.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.#visit(to());
    });
    return link;
  }
}

/**
 * @param {HTMLElement} link
 * @param {'page' | 'true' | false} current
 */
function mark(link, current) {
  if (current) link.setAttribute('aria-current', current);
  else link.removeAttribute('aria-current');
}
