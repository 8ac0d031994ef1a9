// The buttons for the page's language, which stand in the HTML of each page.

import { currentLanguage, onLanguage, rememberLanguage, setLanguage } from '../i18n/index.js';
import { notArrived } from './not-arrived.js';

/** @typedef {import('../i18n/index.js').Language} Language */

/**
 * Wakes the buttons, which can be pressed no sooner than something listens.
 *
 * @param {() => void} [onChoice] after the reader has chosen
 */
export function offerLanguages(onChoice) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('button[data-language]'));
  const mark = () => {
    for (const button of buttons) {
      button.setAttribute('aria-pressed', String(button.dataset.language === currentLanguage()));
    }
  };
  for (const button of buttons) {
    button.addEventListener('click', async () => {
      const chosen = /** @type {Language} */ (button.dataset.language);
      try {
        await setLanguage(chosen);
      } catch {
        notArrived();
        return;
      }
      // Another one may have been chosen while this one's words were on their way.
      if (currentLanguage() !== chosen) return;
      rememberLanguage(chosen);
      onChoice?.();
    });
    button.disabled = false;
  }
  onLanguage(mark);
  mark();
}
