// Puts the page together: settings from the link, language, the views, the link from the settings.

import { Computing } from './computing.js';
import { EngineClient } from './engine/client.js';
import { de } from './i18n/de.js';
import { en } from './i18n/en.js';
import { learn, onLanguage, preferredLanguage, setLanguage, text } from './i18n/index.js';
import { openLink } from './link.js';
import { Catalog } from './models.js';
import { fromHash, State, toHash } from './state.js';
import { deviceChoice } from './ui/device-choice.js';
import { colophon } from './ui/colophon.js';
import { h } from './ui/dom.js';
import { offerLanguages } from './ui/languages.js';
import { offlineChoice } from './ui/offline-choice.js';
import { Places } from './ui/places.js';
import { followRules } from './ui/rules.js';
import { hasStarted } from './ui/started.js';
import { noteStrayFiles } from './ui/stray-files.js';
import { teacherLink } from './ui/teacher-link.js';
import { VIEWS } from './views/index.js';

/** Browsers refuse to rewrite the address many times a second; sliders would do so. */
const ADDRESS_MS = 150;
/** Marks the entries of the browser's history that the page made itself. */
const OWN = { liedwerk: true };

/** @typedef {import('./state.js').ViewId} ViewId */
/** @typedef {import('./views/view.js').View} View */

async function main() {
  const { settings, go, whole, pledge } = await openLink(location.hash);
  const state = new State(settings);
  learn({ de, en });
  setLanguage(preferredLanguage(settings.lang));
  const rewrite = keepAddress(state, whole);
  const computing = new Computing();
  const engine = new EngineClient(computing);
  const context = { state, computing, engine, catalog: new Catalog(), places: VIEWS, visit };
  /** @type {View} */
  let view = showView(context);

  /**
   * @param {ViewId} id
   * @param {boolean} [go] begin there at once
   */
  function visit(id, go = false) {
    if (id === state.settings.view) return;
    history.pushState(OWN, '', toHash({ ...state.settings, view: id }, { go: false }));
    turnTo(id, go);
    scrollTo({ top: 0 });
  }

  /**
   * @param {ViewId} id
   * @param {boolean} [go]
   */
  function turnTo(id, go = false) {
    view.stop();
    state.set({ view: id });
    view = showView(context);
    void view.open({ go, linked: false, pledge: null });
  }

  computing.check = () => engine.useGpu();
  document.querySelector('footer')?.append(deviceChoice(computing), offlineChoice(context.catalog));
  document.body.append(colophon(state, context.catalog));
  offerLanguages(() => {
    // The reader's own choice outlives what a link had asked for.
    if (state.settings.lang) state.set({ lang: '' });
  });
  offerViews(context);
  followRules(state, /** @type {HTMLElement} */ (document.querySelector('main')));
  document.querySelector('footer')?.append(teacherLink(state, VIEWS));
  listenToKeys(() => view);
  noteStrayFiles(() => visit('train'));
  window.addEventListener('hashchange', async () => {
    // Back and forward turn pages; they take back nothing that was typed since.
    const own = history.state?.liedwerk === true;
    const { hash } = location;
    if (own) {
      turnTo(fromHash(hash).settings.view);
      rewrite();
      return;
    }
    history.replaceState(OWN, '');
    const opened = await openLink(hash);
    // Another link may have come meanwhile.
    if (hash !== location.hash) return;
    view.stop();
    state.set(opened.settings);
    setLanguage(preferredLanguage(opened.settings.lang));
    view = showView(context);
    void view.open({ go: opened.go, linked: true, pledge: opened.pledge });
  });
  void view.open({ go, linked: true, pledge });
  computing.begin();
  keepOffline();
}

/**
 * @param {State} state
 * @param {boolean} whole whether the address says all of it already
 */
function keepAddress(state, whole) {
  let timer = 0;
  const write = () => history.replaceState(OWN, '', toHash(state.settings, { go: false }));
  state.onChange(() => {
    clearTimeout(timer);
    timer = window.setTimeout(write, ADDRESS_MS);
  });
  // Back changes the address first, and only a task later says so (hashchange): what was about to be
  // written belongs to the entry that was left, and would overwrite the one that was asked for.
  window.addEventListener('popstate', () => clearTimeout(timer));
  if (whole) history.replaceState(OWN, '');
  else write();
  return write;
}

/** @type {Map<ViewId, { root: HTMLElement, view: View }>} */
const mounted = new Map();
/** @type {Places | null} */
let places = null;

/**
 * Shows the view of the settings. Those that were visited before stay as they are, out of sight.
 *
 * @param {import('./views/view.js').Context} context
 * @returns {View}
 */
function showView(context) {
  const id = context.state.settings.view;
  let shown = mounted.get(id);
  if (!shown) {
    const root = h('div', { class: `view ${id}` });
    document.querySelector('main')?.append(root);
    const { mount } = VIEWS.find((candidate) => candidate.id === id) ?? VIEWS[0];
    shown = { root, view: mount(root, context) };
    mounted.set(id, shown);
  }
  for (const { root } of mounted.values()) root.hidden = root !== shown.root;
  nameView(id);
  return shown.view;
}

/** @param {ViewId} id */
function nameView(id) {
  const title = VIEWS.find((view) => view.id === id)?.title ?? VIEWS[0].title;
  document.title = id === VIEWS[0].id ? 'liedwerk' : `${text(title)} · liedwerk`;
  places?.show(id);
}

/** @param {import('./views/view.js').Context} context */
function offerViews({ state, visit }) {
  const row = /** @type {HTMLElement} */ (document.querySelector('nav'));
  places = new Places(row, VIEWS, visit);
  nameView(state.settings.view);
  onLanguage(() => nameView(state.settings.view));
}

/** @param {() => View} current */
function listenToKeys(current) {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      current().run();
    } else if (event.key === 'Escape') {
      current().stop();
    }
  });
}

/** So that the page opens again without a connection; browsers allow it on https and localhost. */
function keepOffline() {
  const register = () => {
    try {
      // Refused in private windows, for example: the page then needs its connection.
      navigator.serviceWorker?.register('sw.js').catch(() => {});
    } catch {
      // In a sandbox the very question is refused.
    }
  };
  if (document.readyState === 'complete') register();
  else window.addEventListener('load', register);
}

hasStarted();
void main();
