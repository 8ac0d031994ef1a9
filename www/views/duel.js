// The view "Side by side": two models go on from the same words, with the same settings and seed.

import { EngineClient } from '../engine/client.js';
import { say } from '../i18n/index.js';
import { randomSeed } from '../state.js';
import { copyLink } from '../ui/copy.js';
import { button, h } from '../ui/dom.js';
import { textField } from '../ui/fields.js';
import { settingsPanel } from '../ui/settings-panel.js';
import { Verdict } from '../ui/verdict.js';
import { Rival } from './rival.js';

/**
 * @param {HTMLElement} root
 * @param {import('./index.js').Context} context
 * @returns {import('./index.js').View}
 */
export function mountDuel(root, context) {
  const { state, catalog } = context;
  // An engine each, so that both write at the same time.
  const verdict = new Verdict(context, 'duel');
  const second = { ...context, engine: new EngineClient(context.computing) };
  const rivals = [new Rival(context, 0, verdict), new Rival(second, 1, verdict)];
  const prove = async () => (await Promise.all(rivals.map((rival) => rival.proof()))).filter(Boolean);
  const shown = h('div', { class: 'shown' });
  const status = h('p', { class: 'status', role: 'status' });
  const stop = button('stop', () => each('stop'), { disabled: true, 'aria-keyshortcuts': 'Escape' });
  const go = button('generate', () => each('write'), {
    class: 'primary',
    'aria-keyshortcuts': 'Control+Enter Meta+Enter',
  });
  for (const rival of rivals) {
    rival.onWorking = () => {
      const working = rivals.some((other) => other.working);
      if (!working && document.activeElement === stop) go.focus();
      stop.disabled = !working;
    };
  }
  state.onChange(() => state.settings.view === 'duel' && catalog.isOpen && each('follow'));
  root.append(
    h('p', { class: 'lead', t: 'duelLead' }),
    h(
      'section',
      { class: 'desk', 'aria-labelledby': 'duel-title' },
      h('h2', { id: 'duel-title', t: 'viewDuel', class: 'unseen' }),
      h('label', { for: 'duel-prompt', t: 'prompt' }),
      textField(state, 'prompt', { id: 'duel-prompt', rows: '2', spellcheck: 'false' }),
      h(
        'div',
        { class: 'row' },
        go,
        stop,
        button('another', another, { 'data-changes': 'seed' }),
        button('copyLink', () => {
          const byGpu = rivals.some((rival) => rival.byGpu);
          void copyLink(state.settings, 'duel', shown, { byGpu, prove }).then((key) => say(status, key));
        }),
      ),
      shown,
      status,
    ),
    verdict.element,
    h('div', { class: 'sheets rivals' }, ...rivals.map(({ element }) => element)),
    h(
      'section',
      { class: 'tuning', tLabel: 'tuning' },
      ...rivals.flatMap(({ picker }, i) => [
        h('label', { for: `duel-model-${i}`, t: i === 0 ? 'left' : 'right' }),
        picker.element,
      ]),
      settingsPanel(state, 'duel'),
      ...rivals.map(({ card }) => card.element),
    ),
  );

  /** @param {'write' | 'stop' | 'follow'} what */
  function each(what) {
    for (const rival of rivals) rival[what]();
  }

  function another() {
    state.set({ seed: randomSeed() });
    each('write');
  }

  return {
    open: async (how) => {
      await Promise.all(rivals.map((rival) => rival.open(how)));
    },
    run: () => each('write'),
    stop: () => each('stop'),
  };
}
