// Loads the texts of the place "Pictures", with the first of its views.

import { learn } from '../../i18n/index.js';

/** @type {Promise<void> | null} */
let spoken = null;

/** @throws if they cannot be loaded */
export function speakOfPictures() {
  spoken ??= learn({
    de: async () => (await import('../../i18n/de/pictures.js')).pictures,
    en: async () => (await import('../../i18n/en/pictures.js')).pictures,
  });
  // After a failure, the next call tries again.
  spoken.catch(() => (spoken = null));
  return spoken;
}
