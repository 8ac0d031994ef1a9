// Makes each line of a song with a form a button that shows the candidates it was chosen from.

import { notArrived } from '../../ui/not-arrived.js';

/** @typedef {import('../../engine/protocol.js').LineEvent['line']['candidates']} Candidates */

export class TouchableLines {
  /** The candidates for each line; none for a repeated one. @type {Candidates[]} */
  #candidates = [];

  /** @param {import('../../ui/song-sheet.js').SongSheet} sheet */
  constructor(sheet) {
    sheet.onRendered = () => {
      for (const [at, line] of sheet.element.querySelectorAll('.line').entries()) {
        if (this.#candidates[at]?.length) offer(/** @type {HTMLElement} */ (line), this.#candidates[at]);
      }
    };
  }

  clear() {
    this.#candidates = [];
  }

  /** Adds the candidates for the next line. @param {Candidates} candidates */
  add(candidates) {
    this.#candidates.push(candidates);
  }
}

/**
 * The text of a button element could not be selected and copied, so the line only has its role.
 *
 * @param {HTMLElement} line
 * @param {Candidates} candidates
 */
function offer(line, candidates) {
  if (line.hasAttribute('role')) return;
  const all = () => /** @type {HTMLElement[]} */ ([...(line.closest('.song')?.querySelectorAll('[role="button"]') ?? [])]);
  // Only one line of a song is a tab stop; arrow keys lead to the others.
  line.tabIndex = all().length ? -1 : 0;
  line.setAttribute('role', 'button');
  line.setAttribute('aria-expanded', 'false');
  line.onfocus = () => {
    for (const each of all()) each.tabIndex = each === line ? 0 : -1;
  };
  line.onclick = ({ detail }) => {
    // The pointer may have selected text; a key has no `detail`.
    if (detail === 0 || getSelection()?.isCollapsed) toggle(line, candidates).catch(notArrived);
  };
  line.onkeydown = (event) => {
    const step = { Enter: 0, ' ': 0, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (step) all()[all().indexOf(line) + step]?.focus();
    else if (!event.repeat) line.click();
  };
}

/**
 * @param {HTMLElement} line
 * @param {Candidates} candidates
 */
async function toggle(line, candidates) {
  const { toggleCandidates } = await import('./candidates.js');
  await toggleCandidates(line, candidates);
}
