// The view that is shown. A view's script is fetched when it is first visited; from then on the view stays as it is, out
// of sight while another is shown.

import { h } from '../ui/dom.js';
import { VIEWS } from './index.js';

/** @typedef {import('../state.js').ViewId} ViewId */
/** @typedef {import('./common/view.js').View} View */

/** Before the first one is there. @type {View} */
const NONE = { open: async () => {}, run: () => {}, stop: () => {} };

export class Stage {
  #context;
  #main;
  #onShow;
  /** @type {Map<ViewId, { root: HTMLElement, view: View }>} */
  #mounted = new Map();
  /** Counts what was asked for: a script that arrives late opens nothing that somebody has turned away from. */
  #turn = 0;
  /** @type {View} */
  view = NONE;

  /**
   * @param {import('./common/view.js').Context} context
   * @param {HTMLElement} main
   * @param {() => void} onShow called whenever another view is in sight
   */
  constructor(context, main, onShow) {
    this.#context = context;
    this.#main = main;
    this.#onShow = onShow;
  }

  /** @param {ViewId} id whether it has been visited */
  has(id) {
    return this.#mounted.has(id);
  }

  /**
   * @param {ViewId} id
   * @param {import('./common/view.js').How} how
   * @throws if its script does not arrive
   */
  async show(id, how) {
    const turn = ++this.#turn;
    if (!this.#mounted.has(id)) {
      this.view = NONE;
      const { load } = VIEWS.find((candidate) => candidate.id === id) ?? VIEWS[0];
      const mount = await load();
      // Somebody has turned to another one meanwhile, or back and here again.
      if (this.#turn !== turn) return;
      this.#mount(id, mount);
    }
    const shown = this.#mounted.get(id);
    if (!shown) return;
    for (const { root } of this.#mounted.values()) root.hidden = root !== shown.root;
    this.view = shown.view;
    this.#onShow();
    void shown.view.open(how);
  }

  /**
   * @param {ViewId} id
   * @param {import('./index.js').Mount} mount
   */
  #mount(id, mount) {
    const root = h('div', { class: `view ${id}` });
    this.#main.append(root);
    this.#mounted.set(id, { root, view: mount(root, this.#context) });
  }
}
