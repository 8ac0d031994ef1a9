/** Resolves when the style sheets have loaded. @type {Promise<unknown> | undefined} */
let loading;

/**
 * Loads the style sheets that a first visit does not need. They keep their places in the document, and thus their
 * precedence.
 *
 * @throws if one of them cannot be loaded
 */
export function loadStyleSheets() {
  loading ??= loadDisabled().catch((error) => {
    // Another visit tries again.
    loading = undefined;
    throw error;
  });
  return loading;
}

function loadDisabled() {
  const links = /** @type {NodeListOf<HTMLLinkElement>} */ (document.querySelectorAll('link[rel="stylesheet"][disabled]'));
  return Promise.all([...links].map(load));
}

/** @param {HTMLLinkElement} link */
function load(link) {
  // A new element, since not every browser reports when it has loaded a link that was disabled.
  const enabled = /** @type {HTMLLinkElement} */ (link.cloneNode());
  enabled.removeAttribute('disabled');
  return new Promise((resolve, reject) => {
    enabled.addEventListener('load', resolve);
    enabled.addEventListener('error', (error) => {
      enabled.replaceWith(link);
      reject(error);
    });
    link.replaceWith(enabled);
  });
}
