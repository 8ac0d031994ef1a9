// Estimates the remaining time of a run from its latest reports.

/** Number of reports that count. */
const REPORTS = 20;

export class Pace {
  /** @type {[step: number, seconds: number][]} */
  #reports = [];

  /**
   * @param {number} step
   * @param {number} seconds since the run began
   */
  report(step, seconds) {
    this.#reports.push([step, seconds]);
    if (this.#reports.length > REPORTS) this.#reports.shift();
  }

  /**
   * Returns the seconds that this many more steps will take; null before there are two reports.
   *
   * @param {number} steps
   */
  secondsFor(steps) {
    const [first, last] = [this.#reports[0], this.#reports.at(-1)];
    if (!first || !last || first === last) return null;
    return (steps * (last[1] - first[1])) / Math.max(1, last[0] - first[0]);
  }
}
