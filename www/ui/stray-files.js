// Files dropped where nothing takes them: the browser would open them in place of the page, and what was going on there
// would be lost.

import { button, h } from './dom.js';

const SHOWN_MS = 12_000;

/** @param {() => void} onTake shows where files are taken */
export function noteStrayFiles(onTake) {
  const go = button('strayFilesGo', () => {
    note.remove();
    onTake();
  });
  const note = h('div', { class: 'stray', role: 'status' });
  let timer = 0;
  // The places that take files have said so already when an event comes here.
  const isStray = (/** @type {DragEvent} */ event) => !event.defaultPrevented && event.dataTransfer?.types.includes('Files') === true;
  document.addEventListener('dragover', (event) => {
    if (isStray(event)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    if (!isStray(event)) return;
    event.preventDefault();
    document.body.append(note);
    // Only what comes into a region that is there already is read aloud.
    note.replaceChildren();
    setTimeout(() => note.replaceChildren(h('p', { t: 'strayFiles' }), go));
    clearTimeout(timer);
    timer = window.setTimeout(() => note.remove(), SHOWN_MS);
  });
}
