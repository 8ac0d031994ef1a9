// Helpers to build SVG drawings.

/**
 * Creates an SVG element.
 *
 * @param {string} name of the element
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
export function part(name, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * Creates a drawing whose parts are individually accessible.
 *
 * @param {{ width: number, height: number, label: string }} frame
 * @param {Node[]} parts
 */
export function drawing({ width, height, label }, ...parts) {
  return part('svg', { viewBox: `0 0 ${width} ${height}`, class: 'drawing', role: 'group', 'aria-label': label }, ...parts);
}
