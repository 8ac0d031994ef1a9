// Interpretable units of a shipped LSTM, found by `cargo run --release --example find_units SONGS`, which correlates all
// units with properties of the text. A test measures their correlations again (tests/web/look.spec.js).

/** @typedef {{ name: import('../i18n/index.js').Key, layer: number, part: import('./frames.js').LstmPart, unit: number, correlation: number }} KnownUnit */

/** By the sha256 of the weights; layers and units count from 1, as on the page. @type {Readonly<Record<string, readonly KnownUnit[]>>} */
const KNOWN = {
  b739e23ccaa0924515509c3d67b200d3c3d549d0541536ac9c3ad056d1efa437: [
    { name: 'unitColumn', layer: 1, part: 'c', unit: 154, correlation: -0.95 },
    { name: 'unitWord', layer: 4, part: 'h', unit: 24, correlation: 0.83 },
    { name: 'unitStanza', layer: 4, part: 'c', unit: 3, correlation: -0.81 },
    { name: 'unitQuotes', layer: 4, part: 'c', unit: 170, correlation: -0.56 },
    { name: 'unitLineEnd', layer: 4, part: 'h', unit: 217, correlation: 0.46 },
  ],
};

/**
 * @param {import('../engine/protocol.js').ModelEntry | null} model
 * @returns {readonly KnownUnit[]}
 */
export function knownUnits(model) {
  return KNOWN[model?.files.weights.sha256 ?? ''] ?? [];
}
