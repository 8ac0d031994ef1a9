// Shows one view at a time. A view's script is loaded on the first visit; from then on the view keeps its state, hidden
// while another is shown.

import { h } from '../ui/dom.js';
import { loadStyleSheets } from '../ui/style-sheets.js';
import { VIEWS } from './index.js';

/** @typedef {import('../state.js').ViewId} ViewId */
/** @typedef {import('./common/view.js').View} View */

/** Placeholder while a view is loading. @type {View} */
const NONE = { open: async () => {}, run: () => {}, stop: () => {} };

export class Stage {
  #context;
  #main;
  #onShow;
  /** @type {Map<ViewId, { root: HTMLElement, view: View }>} */
  #mounted = new Map();
  /** Counts calls of `show`, so that a script that loads late does not open a view the visitor has left. */
  #turn = 0;
  /** @type {View} */
  view = NONE;

  /**
   * @param {import('./common/view.js').Context} context
   * @param {HTMLElement} main
   * @param {() => void} onShow called whenever another view becomes visible
   */
  constructor(context, main, onShow) {
    this.#context = context;
    this.#main = main;
    this.#onShow = onShow;
  }

  /** Whether a view has been visited. @param {ViewId} id */
  has(id) {
    return this.#mounted.has(id);
  }

  /**
   * @param {ViewId} id
   * @param {import('./common/view.js').How} how
   * @throws if its script or a style sheet cannot be loaded
   */
  async show(id, how) {
    const turn = ++this.#turn;
    if (!this.#mounted.has(id)) {
      this.view = NONE;
      const { load } = VIEWS.find((candidate) => candidate.id === id) ?? VIEWS[0];
      // The first view needs no other style sheets than the page.
      const [mount] = await Promise.all([load(), id === VIEWS[0].id || loadStyleSheets()]);
      // The visitor has switched views meanwhile, perhaps away and back.
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
