import { currentLanguage, onLanguage } from '../i18n/index.js';
import { GERMAN_SONGS } from '../songs.js';
import { h } from './dom.js';

/**
 * Creates a list of buttons with German example songs.
 *
 * @param {(song: import('../songs.js').GermanSong) => void} onChoose
 */
export function exampleSongs(onChoose) {
  const items = GERMAN_SONGS.map((song) => {
    const author = h('span', { class: 'author' });
    const describe = () => {
      author.textContent = song.author[currentLanguage()];
    };
    onLanguage(describe);
    describe();
    const element = h('button', { type: 'button' }, h('cite', { lang: 'de' }, song.title), ' ', author);
    element.addEventListener('click', () => onChoose(song));
    return h('li', {}, element);
  });
  return h('ul', { class: 'songs', tLabel: 'songs', 'data-changes': 'german' }, ...items);
}
