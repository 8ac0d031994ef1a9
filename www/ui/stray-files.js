// Catches files dropped outside a drop zone: the browser would open them in place of the page, and work in progress
// would be lost.

import { button, h } from './dom.js';

const SHOWN_MS = 12_000;

/** Listens for stray files on the whole document. @param {() => void} onTake shows the view that accepts files */
export function noteStrayFiles(onTake) {
  const go = button('strayFilesGo', () => {
    note.remove();
    onTake();
  });
  const note = h('div', { class: 'stray', role: 'status' });
  let timer = 0;
  // Drop zones have called `preventDefault` before the event bubbles up to here.
  const isStray = (/** @type {DragEvent} */ event) => !event.defaultPrevented && event.dataTransfer?.types.includes('Files') === true;
  document.addEventListener('dragover', (event) => {
    if (isStray(event)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    if (!isStray(event)) return;
    event.preventDefault();
    document.body.append(note);
    // Screen readers only announce changes to a live region that is already in the document.
    note.replaceChildren();
    setTimeout(() => note.replaceChildren(h('p', { t: 'strayFiles' }), go));
    clearTimeout(timer);
    timer = window.setTimeout(() => note.remove(), SHOWN_MS);
  });
}
