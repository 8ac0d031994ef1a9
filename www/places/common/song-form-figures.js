// Shows the statistics of a song with a form below it.

import { say } from '../../i18n/index.js';
import { h } from '../../ui/dom.js';

/** Maximum number of words missing from the lexicon to name. */
const MOST_STRANGE = 5;

export class SongFigures {
  element = h('section', { class: 'figures small', tLabel: 'figures', hidden: true });

  clear() {
    this.element.hidden = true;
  }

  /** @param {import('../../engine/protocol.js').SongFigures} figures */
  show({ asked, listed, longest, strange }) {
    const words = listed.all;
    const count = words - listed.part;
    const named = strange.slice(0, MOST_STRANGE).join(', ') + (strange.length > MOST_STRANGE ? ' …' : '');
    const sentence = (/** @type {import('../../i18n/index.js').Key} */ key, /** @type {import('../../i18n/index.js').Params} */ params) =>
      say(h('span'), key, params);
    this.element.replaceChildren(
      ...(asked.all ? [sentence('figuresRhymes', { part: asked.part, all: asked.all }), ' '] : []),
      count ? sentence('figuresUnlisted', { count, words, strange: named }) : sentence('figuresListed', { words }),
      ' ',
      longest ? sentence('figuresLongest', { phrase: longest }) : sentence('figuresNoRepetition', {}),
    );
    this.element.hidden = false;
  }
}
