// The words of the place "Pictures", fetched with the first of its views.

import { learn } from '../../i18n/index.js';

/** @type {Promise<void> | null} */
let spoken = null;

/** @throws if they do not arrive */
export function speakOfPictures() {
  spoken ??= learn({
    de: async () => (await import('../../i18n/de/pictures.js')).pictures,
    en: async () => (await import('../../i18n/en/pictures.js')).pictures,
  });
  // Whoever comes again asks again.
  spoken.catch(() => (spoken = null));
  return spoken;
}
