// Which head to show first: the one whose rows each look at one place, and not all at the same.

/** Fewer rows show no pattern. */
const FEWEST = 4;

/**
 * @param {{ layers: number, heads: number }} size
 * @param {(layer: number, head: number) => (number | undefined)[][]} weights a row each of what a token looks at;
 *   undefined where it may not look
 * @param {boolean} causal whether the text looks at itself: its beginning, where a head looks that has nothing to say,
 *   and the token itself are then no pattern
 * @returns {{ layer: number, head: number } | null} null as long as there is too little to see
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
