// Chooses the attention head to show first: one whose rows are peaked, but at different positions.

/** Minimum number of rows that can show a pattern. */
const FEWEST = 4;

/**
 * @param {{ layers: number, heads: number }} size
 * @param {(layer: number, head: number) => (number | undefined)[][]} weights a row of weights for each token;
 *   undefined where masked
 * @param {boolean} causal whether it is causal self-attention: the first position, which idle heads attend to, and the
 *   token itself are then ignored
 * @returns {{ layer: number, head: number } | null} null while there are too few rows
 */
export function clearest({ layers, heads }, weights, causal) {
  let best = null;
  let most = 0;
  for (let layer = 0; layer < layers; layer += 1) {
    for (let head = 0; head < heads; head += 1) {
      const clarity = clarityOf(weights(layer, head), causal);
      if (clarity === null) return null;
      if (clarity > most) [best, most] = [{ layer, head }, clarity];
    }
  }
  return best;
}

/**
 * @param {(number | undefined)[][]} rows
 * @param {boolean} causal
 */
function clarityOf(rows, causal) {
  const places = new Set();
  let [sum, count] = [0, 0];
  for (const row of rows) {
    const first = causal ? 1 : 0;
    const seen = row.filter((weight) => weight !== undefined).length;
    const end = causal ? seen - 1 : seen;
    if (end - first < 2) continue;
    let at = first;
    for (let i = first; i < end; i += 1) if ((row[i] ?? 0) > (row[at] ?? 0)) at = i;
    sum += row[at] ?? 0;
    places.add(at);
    count += 1;
  }
  return count < FEWEST ? null : (sum / count) * (places.size / count);
}
