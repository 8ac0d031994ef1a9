// A part of the page that is fetched only when it is needed did not arrive: the connection is gone, or the host has a
// newer version of the page by now.

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
