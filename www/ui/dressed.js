/** Resolves when the style sheets have loaded. @type {Promise<unknown> | undefined} */
let dressing;

/**
 * Loads the style sheets that a first visit does not need. They keep their places in the document, and thus their
 * precedence.
 *
 * @throws if one of them cannot be loaded
 */
export function dressed() {
  const links = /** @type {NodeListOf<HTMLLinkElement>} */ (document.querySelectorAll('link[rel="stylesheet"][disabled]'));
  dressing ??= Promise.all([...links].map(load));
  return dressing;
}

/** @param {HTMLLinkElement} link */
function load(link) {
  // A new element, since not every browser reports when it has loaded a link that was disabled.
  const enabled = /** @type {HTMLLinkElement} */ (link.cloneNode());
  enabled.removeAttribute('disabled');
  return new Promise((resolve, reject) => {
    enabled.addEventListener('load', resolve);
    enabled.addEventListener('error', reject);
    link.replaceWith(enabled);
  });
}
