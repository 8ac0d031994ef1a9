// Line icons in the colour of the adjacent text.

const PATHS = {
  write: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  translate: 'M4 8h14l-3.5-3.5M20 16H6l3.5 3.5',
  inside: 'M2 12s4-6.5 10-6.5S22 12 22 12s-4 6.5-10 6.5S2 12 2 12zM12 9.5a2.5 2.5 0 1 0 .01 0',
  train: 'M4 3v17h17M7 6c1.5 7.5 5 9.5 13 10',
  pictures: 'M3 4h18v16H3zM3 16l5-5 5 5 3-3 5 5M16 8.5a1 1 0 1 0 .01 0',
  present: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  lecture: 'M3 4h18v11H3zM12 15v3M7.5 21l4.5-3 4.5 3',
};

/**
 * Creates an icon. It is decorative: the text beside it has the meaning.
 *
 * @param {keyof typeof PATHS} name
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' })) svg.setAttribute(key, value);
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
