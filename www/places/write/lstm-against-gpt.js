// The view "LSTM against GPT": two models continue the same prompt with the same settings and seed.

import { EngineClient } from '../../engine/client.js';
import { say } from '../../i18n/index.js';
import { changes } from '../../ui/changes.js';
import { copyLink } from '../../ui/copy.js';
import { button, h } from '../../ui/dom.js';
import { textField } from '../../ui/fields.js';
import { settingsPanel } from '../../ui/settings-panel.js';
import { sharing } from '../../ui/share.js';
import { Verdict } from '../../ui/verdict.js';
import { beforehand } from '../common/beforehand.js';
import { ComparedSong } from './compared-song.js';

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
export function mountLstmAgainstGpt(root, context) {
  const { state, catalog } = context;
  // One engine each, so that both run in parallel.
  const verdict = new Verdict(context, 'duel');
  const second = { ...context, engine: new EngineClient(context.computing) };
  const songs = [new ComparedSong(context, 0, verdict), new ComparedSong(second, 1, verdict)];
  const told = {
    get byGpu() {
      return songs.some((song) => song.byGpu);
    },
    prove: async () => (await Promise.all(songs.map((song) => song.proof()))).filter(Boolean),
  };
  const shown = h('div', { class: 'shown' });
  const status = h('p', { class: 'status', role: 'status' });
  const share = sharing(
    'duel',
    () => state.settings,
    told,
    { status, shown },
    (listener) => state.onChange(listener),
  );
  const afterwards = h('div', { class: 'row afterwards', hidden: true }, ...share.buttons, share.panel);
  const stop = button('stop', () => each('stop'), { disabled: true, 'aria-keyshortcuts': 'Escape' });
  const go = button('generate', () => writeAnew(), {
    class: 'primary',
    'aria-keyshortcuts': 'Control+Enter Meta+Enter',
  });
  for (const song of songs) {
    song.onWorking = () => {
      const working = songs.some((other) => other.working);
      if (!working && document.activeElement === stop) go.focus();
      stop.disabled = !working;
      offerShare();
    };
  }
  state.onChange(() => {
    if (state.settings.view !== 'duel' || !catalog.isOpen) return;
    each('follow');
    offerShare();
  });
  root.append(
    h('p', { class: 'lead', t: 'lstmAgainstGptLead' }),
    h(
      'section',
      { class: 'desk', 'aria-labelledby': 'duel-title' },
      h('h2', { id: 'duel-title', t: 'viewLstmAgainstGpt', class: 'unseen' }),
      h('label', { for: 'duel-prompt', t: 'prompt' }),
      textField(state, 'prompt', { id: 'duel-prompt', rows: '2', spellcheck: 'false' }),
      h(
        'div',
        { class: 'row' },
        go,
        stop,
        button('copyLink', () => void copyLink(state.settings, 'duel', shown, told).then((key) => say(status, key))),
      ),
      changes(state, 'duel'),
      shown,
      status,
    ),
    verdict.element,
    h('div', { class: 'sheets compared-songs' }, ...songs.map(({ element }) => element)),
    afterwards,
    h(
      'section',
      { class: 'tuning', tLabel: 'tuning' },
      ...songs.flatMap(({ picker }, i) => [h('label', { for: `duel-model-${i}`, t: i === 0 ? 'left' : 'right' }), picker.element]),
      settingsPanel(state, 'duel'),
      ...songs.map(({ card }) => card.element),
    ),
  );

  /** A song goes with its model. */
  function offerShare() {
    afterwards.hidden = songs.some(({ working }) => working) || !songs.some(({ hasSong }) => hasSong);
  }

  /** @param {'write' | 'stop' | 'follow'} what */
  function each(what) {
    for (const song of songs) song[what]();
  }

  /** Writes two songs with a new seed. */
  function writeAnew() {
    state.renewSeed('duel');
    each('write');
  }

  return {
    open: async (how) => {
      await Promise.all(songs.map((song) => song.open(how)));
      const texts = await beforehand('duel', state);
      for (const song of songs) song.showBeforehand(texts);
    },
    run: writeAnew,
    stop: () => each('stop'),
  };
}
