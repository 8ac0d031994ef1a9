// Tells the visitor that a part of the page could not be loaded: the connection is lost, or the host has a newer
// version of the page.

import { button, h } from './dom.js';

export function notArrived() {
  document.querySelector('.not-arrived')?.remove();
  const note = h(
    'div',
    { class: 'stray not-arrived', role: 'alert' },
    h('p', { t: 'partMissing' }),
    button('reload', () => location.reload()),
  );
  document.body.append(note);
}
