// Puts the page together: settings from the link, language, the view, the link from the settings.

import { EngineClient } from './engine/client.js';
import { currentLanguage, preferredLanguage, rememberLanguage, setLanguage } from './i18n/index.js';
import { fromHash, randomSeed, State, toHash } from './state.js';
import { VIEWS } from './views/index.js';

/** Browsers refuse to rewrite the address many times a second; sliders would do so. */
const ADDRESS_MS = 150;

/** @typedef {import('./i18n/index.js').Language} Language */

function main() {
  const { settings, go } = readAddress();
  const state = new State(settings);
  setLanguage(preferredLanguage(settings.lang));
  const root = document.querySelector('main');
  if (!root) throw new Error('index.html has no <main>');
  const view = VIEWS[0].mount(root, { state, engine: new EngineClient() });
  offerLanguages(state);
  keepAddress(state);
  window.addEventListener('hashchange', () => {
    const opened = readAddress();
    state.set(opened.settings);
    setLanguage(preferredLanguage(opened.settings.lang));
    void view.open(opened.go);
  });
  void view.open(go);
}

/** The settings of the link, with a seed of the page's choosing where it names none. */
function readAddress() {
  const { settings, go, hasSeed } = fromHash(location.hash);
  if (!hasSeed) settings.seed = randomSeed();
  return { settings, go };
}

/** @param {State} state */
function keepAddress(state) {
  let timer = 0;
  const write = () => history.replaceState(null, '', toHash(state.settings, { go: false }));
  state.onChange(() => {
    clearTimeout(timer);
    timer = window.setTimeout(write, ADDRESS_MS);
  });
  if (!fromHash(location.hash).hasSeed) write();
}

/** @param {State} state */
function offerLanguages(state) {
  const buttons = [...document.querySelectorAll('button[data-language]')];
  const mark = () => {
    for (const button of buttons) {
      const own = button.getAttribute('data-language') === currentLanguage();
      button.setAttribute('aria-pressed', String(own));
    }
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      const chosen = /** @type {Language} */ (button.getAttribute('data-language'));
      rememberLanguage(chosen);
      setLanguage(chosen);
      // The reader's own choice outlives what a link had asked for.
      if (state.settings.lang) state.set({ lang: '' });
      mark();
    });
  }
  mark();
}

main();
