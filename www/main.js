// Entry point of the page: reads settings from the link, sets the language, shows views and keeps the address current.

import { Computing } from './computing.js';
import { EngineClient } from './engine/client.js';
import { onLanguage, preferredLanguage, setLanguage, speakFrom, text } from './i18n/index.js';
import { openLink } from './link.js';
import { Catalog } from './models.js';
import { fromHash, State, toHash } from './state.js';
import { deviceChoice } from './ui/device-choice.js';
import { colophon } from './ui/colophon.js';
import { offerLanguages } from './ui/languages.js';
import { notArrived } from './ui/not-arrived.js';
import { offlineChoice } from './ui/offline-choice.js';
import { Places } from './ui/places.js';
import { presentation } from './ui/presentation.js';
import { followRules } from './ui/rules.js';
import { hasStarted } from './ui/started.js';
import { noteStrayFiles } from './ui/stray-files.js';
import { teacherLink } from './ui/teacher-link.js';
import { switchTo } from './places/common/song-form-rules.js';
import { PLACES, VIEWS } from './places/index.js';
import { Stage } from './places/stage.js';

/** Delay before the address is rewritten: browsers limit the rate, which dragging a slider would exceed. */
const ADDRESS_MS = 150;
/** Marks history entries made by the page itself. */
const OWN = { liedwerk: true };
/** Views that start by themselves when opened from the navigation, since they would be empty otherwise. */
const LIVING = /** @type {ViewId[]} */ (['duel', 'chain', 'translate', 'lab', 'look']);

/** @typedef {import('./state.js').ViewId} ViewId */

async function main() {
  speakFrom({
    de: async () => (await import('./i18n/de.js')).de,
    en: async () => (await import('./i18n/en.js')).en,
  });
  let hash;
  let opened;
  do {
    hash = location.hash;
    opened = await openLink(hash);
    await setLanguage(preferredLanguage(opened.settings.lang));
    // Another link may have been opened while the words were loading.
  } while (hash !== location.hash);
  const { settings, go, whole, pledge } = opened;
  const state = new State(settings);
  hasStarted();
  const rewrite = keepAddress(state, whole);
  const computing = new Computing();
  const engine = new EngineClient(computing);
  const context = { state, computing, engine, catalog: new Catalog(), views: VIEWS, visit };
  const main = /** @type {HTMLElement} */ (document.querySelector('main'));
  const teacher = teacherLink(state, VIEWS);
  const stage = new Stage(context, main, teacher.draw);
  const [first, second] = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('nav'));
  const places = new Places({ places: first, views: second }, context, PLACES);

  /**
   * @param {ViewId} id
   * @param {boolean} [go] start the view at once
   * @param {string} [focus] id of the element to focus
   */
  function visit(id, go = false, focus = '') {
    if (id === state.settings.view) return;
    history.pushState(OWN, '', toHash({ ...state.settings, view: id }, { go: false }));
    scrollTo({ top: 0 });
    turnTo(id, go).then(() => document.getElementById(focus)?.focus(), notArrived);
  }

  /**
   * @param {ViewId} id
   * @param {boolean} [go]
   */
  function turnTo(id, go = false) {
    stage.view.stop();
    switchTo(state, id);
    // Avoid an empty view on the first visit by running an example.
    return show({ go: go || (LIVING.includes(id) && !stage.has(id)), linked: false, pledge: null });
  }

  /** @param {import('./places/common/view.js').How} how */
  async function show(how) {
    name();
    await stage.show(state.settings.view, how);
  }

  function name() {
    const { view } = state.settings;
    const title = VIEWS.find(({ id }) => id === view)?.title ?? VIEWS[0].title;
    document.title = view === VIEWS[0].id ? 'liedwerk' : `${text(title)} · liedwerk`;
    places.show(view);
  }

  computing.check = () => engine.useGpu();
  document.querySelector('footer')?.append(deviceChoice(computing), offlineChoice(context.catalog));
  document.body.append(colophon(state, context.catalog));
  offerLanguages(() => {
    // The reader's own choice overrides the language of a link.
    if (state.settings.lang) state.set({ lang: '' });
  });
  onLanguage(name);
  followRules(state, main);
  document.querySelector('footer')?.append(teacher.element);
  listenToKeys(stage);
  presentation(state);
  offerSkip(main);
  noteStrayFiles(() => visit('train'));
  window.addEventListener('hashchange', async () => {
    // Back and forward only switch views; they do not undo what was typed since.
    const own = history.state?.liedwerk === true;
    const { hash } = location;
    if (own) {
      turnTo(fromHash(hash).settings.view).catch(notArrived);
      rewrite();
      return;
    }
    history.replaceState(OWN, '');
    const opened = await openLink(hash);
    // Another link may have been opened meanwhile.
    if (hash !== location.hash) return;
    stage.view.stop();
    state.set(opened.settings);
    // If the words cannot be loaded, the page keeps its language.
    await setLanguage(preferredLanguage(opened.settings.lang)).catch(notArrived);
    if (state.settings.view === opened.settings.view) await show({ go: opened.go, linked: true, pledge: opened.pledge }).catch(notArrived);
  });
  // Opened by a bare link or a reload, these views write something at once.
  const isAlive = !pledge && LIVING.includes(settings.view) && (!whole || isReload());
  show({ go: go || isAlive, linked: true, pledge }).catch(notArrived);
  computing.begin();
  keepOffline();
}

function isReload() {
  const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
  return navigation?.type === 'reload';
}

/**
 * Keeps the address in step with the settings.
 *
 * @param {State} state
 * @param {boolean} whole whether the address already has all settings
 */
function keepAddress(state, whole) {
  let timer = 0;
  const write = () => history.replaceState(OWN, '', toHash(state.settings, { go: false }));
  state.onChange(() => {
    clearTimeout(timer);
    timer = window.setTimeout(write, ADDRESS_MS);
  });
  // Back changes the address before the hashchange event fires. A pending write belongs to the entry that was left and
  // would overwrite the new one.
  window.addEventListener('popstate', () => clearTimeout(timer));
  if (whole) history.replaceState(OWN, '');
  else write();
  return write;
}

/** @param {Stage} stage */
function listenToKeys(stage) {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      stage.view.run();
    } else if (event.key === 'Escape') {
      stage.view.stop();
    }
  });
}

/**
 * Makes the skip link work by script, since the fragment holds the page's state and cannot name an element.
 *
 * @param {HTMLElement} main
 */
function offerSkip(main) {
  main.tabIndex = -1;
  document.querySelector('.skip')?.addEventListener('click', (event) => {
    event.preventDefault();
    main.focus();
  });
}

/** Registers the service worker, so that the page opens offline; browsers allow it on https and localhost. */
function keepOffline() {
  const register = () => {
    try {
      // Refused in private windows, for example; the page then needs a connection.
      navigator.serviceWorker?.register('sw.js').catch(() => {});
    } catch {
      // In a sandboxed frame, accessing `serviceWorker` already throws.
    }
  };
  if (document.readyState === 'complete') register();
  else window.addEventListener('load', register);
}

void main();
