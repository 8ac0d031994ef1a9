// The second step of "Learn from people": pairwise comparisons, made by hand or by a judge.

import { fetchExample } from '../../../examples.js';
import { say, saysNothing } from '../../../i18n/index.js';
import { bringIntoSight, button, h } from '../../../ui/dom.js';
import { saveFile } from '../../../ui/save-file.js';
import { Verse, titleOf } from './verse.js';

/** @typedef {import('./choices.js').Choice} Choice */
/** @typedef {import('../../../engine/preferring-protocol.js').Judge} Judge */

/** Number of choices that a judge makes per click. */
const CHOICES = 100;
const JUDGES = /** @type {const} */ ([
  ['rhyme', 'judgeRhyme'],
  ['short-lines', 'judgeShortLines'],
  ['no-old-words', 'judgeNoOldWords'],
  ['cheerful', 'judgeCheerful'],
]);

export class CompareStep {
  #desk;
  #pair = h('div', { class: 'prefer-pair', hidden: true });
  #beginning = h('p', { class: 'small', translate: 'no' });
  #verses = [new Verse(), new Verse()];
  #beforehand = h('p', { class: 'small' });
  #count = h('p', { class: 'small', 'aria-live': 'polite' });
  #contradicted = h('p', { class: 'small' });
  #tooLong = h('p', { class: 'small' });
  #judge = h('select', { id: 'prefer-judge' }, ...JUDGES.map(([value, t]) => h('option', { value, t })));
  #next = button('preferNext', () => void this.next(), { class: 'primary' });
  #letJudge = button('preferLetJudge', () => void this.#stand());
  #start = h('div', { class: 'row' }, this.#next, h('label', { for: 'prefer-judge', t: 'preferJudge' }), this.#judge, this.#letJudge);
  #verdicts = [
    button('preferFirst', () => this.#choose('first'), { 'aria-keyshortcuts': '1' }),
    button('preferSecond', () => this.#choose('second'), { 'aria-keyshortcuts': '2' }),
    button('preferNeither', () => this.#choose('neither'), { 'aria-keyshortcuts': '0' }),
  ];
  #undo = button('preferUndo', () => this.#takeBack(), { class: 'quiet' });
  #export = button('preferExport', () => saveFile(this.#desk.choices.lines(), 'liedwerk-choices.jsonl', 'application/jsonl'), { class: 'quiet' });
  #clear = button('preferClear', () => this.#desk.choices.clear(), { class: 'quiet' });
  #file = h('input', { id: 'prefer-file', type: 'file', accept: '.jsonl', multiple: true });
  /** @type {{ beginning: string, stanzas: string[] } | null} */
  #shown = null;
  element;

  /** @param {import('./desk.js').Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    this.#judge.addEventListener('change', () => desk.context.state.set({ judge: this.judge }));
    const showJudge = () => {
      this.#judge.value = desk.context.state.settings.judge;
    };
    desk.context.state.onChange(showJudge);
    showJudge();
    this.#file.addEventListener('change', () => void this.#read());
    document.addEventListener('keydown', (event) => this.#key(event));
    const cards = this.#verses.map(({ element }, at) => h('figure', { class: 'prefer-card' }, h('figcaption', {}, String(at + 1)), element));
    this.#pair.append(this.#beforehand, this.#beginning, h('div', { class: 'prefer-cards' }, ...cards), h('div', { class: 'row' }, ...this.#verdicts));
    this.element = h(
      'section',
      { class: 'prefer-step' },
      h('h2', { t: 'preferCompare' }),
      h('p', { t: 'preferCompareHint' }),
      this.#start,
      this.#pair,
      h('div', { class: 'row' }, this.#count, this.#undo, this.#export, this.#clear),
      this.#contradicted,
      this.#tooLong,
      h('div', { class: 'row small' }, h('label', { for: 'prefer-file', t: 'preferImport' }), this.#file),
    );
  }

  /** @returns {Judge} */
  get judge() {
    return /** @type {Judge} */ (this.#judge.value);
  }

  draw() {
    const { choices, isBusy: busy, held } = this.#desk;
    this.#next.disabled = busy;
    this.#letJudge.disabled = busy;
    this.#pair.hidden = !this.#shown;
    this.#undo.disabled = choices.all.length === 0 || busy;
    this.#export.disabled = choices.all.length === 0;
    this.#clear.disabled = choices.all.length === 0 || busy;
    say(this.#count, 'preferCount', { count: choices.all.length, telling: choices.telling });
    const { contradicted = 0, too_long: tooLong = 0 } = held.learned ?? {};
    if (contradicted) say(this.#contradicted, 'preferContradicted', { count: contradicted });
    else saysNothing(this.#contradicted);
    if (tooLong) say(this.#tooLong, 'preferTooLong', { count: tooLong });
    else saysNothing(this.#tooLong);
  }

  /** Shows the next two stanzas. */
  async next() {
    const desk = this.#desk;
    await desk.perform(async () => {
      const { id } = await desk.open();
      const { seed } = desk.context.state.settings;
      const k = desk.choices.due(id, seed);
      desk.tell('preferDrawing');
      /** @type {import('../../../engine/preferring-protocol.js').Comparison} */
      const shown = await desk.ask({ type: 'stanzas', seed, k });
      desk.choices.hasDrawn(id, seed, k);
      this.#show(shown);
      bringIntoSight(this.#pair);
      desk.tell('preferWhich');
    });
  }

  /**
   * Shows two stanzas written beforehand to a visitor who has not chosen any yet.
   *
   * @param {HTMLElement} first the view's first step, above which they are shown
   */
  async showBeforehand(first) {
    const stored = /** @type {{ model: string, seed: number, beginning: string, stanzas: string[] } | null} */ (await fetchExample('stanzas'));
    const { choices, isBusy, model } = this.#desk;
    if (!stored || this.#shown || isBusy || choices.all.length > 0 || model?.id !== stored.model) return;
    this.#show(stored);
    say(this.#beforehand, 'preferBeforehand', { seed: String(stored.seed) });
    first.before(this.#pair);
  }

  /** @param {{ beginning: string, stanzas: string[] }} shown */
  #show(shown) {
    this.#shown = shown;
    saysNothing(this.#beforehand);
    this.#start.after(this.#pair);
    this.#beginning.textContent = titleOf(shown.beginning);
    this.#verses.forEach((verse, at) => verse.show(shown.stanzas[at], this.#desk.model?.language));
    this.draw();
  }

  /** @param {Choice['better']} better */
  #choose(better) {
    if (!this.#shown || this.#desk.isBusy) return;
    const {
      beginning,
      stanzas: [first, second],
    } = this.#shown;
    this.#shown = null;
    this.#desk.choices.add({ beginning, first, second, better, by: 'hand' });
    void this.next();
  }

  #takeBack() {
    const last = this.#desk.choices.undo();
    if (last?.by === 'hand') this.#show({ beginning: last.beginning, stanzas: [last.first, last.second] });
  }

  /** @param {KeyboardEvent} event */
  #key({ key, target, altKey, ctrlKey, metaKey }) {
    const typing = target instanceof HTMLElement && target.matches('input, select, textarea');
    if (typing || altKey || ctrlKey || metaKey || !this.#shown || this.element.offsetParent === null) return;
    if (key === '1') this.#choose('first');
    if (key === '2') this.#choose('second');
    if (key === '0') this.#choose('neither');
  }

  /** Lets a judge choose. */
  async #stand() {
    const desk = this.#desk;
    const { judge } = this;
    await desk.perform(async () => {
      this.#shown = null;
      const { id } = await desk.open();
      const { seed } = desk.context.state.settings;
      desk.tell('preferJudging', { done: 0, all: CHOICES });
      let made = 0;
      await desk.ask({ type: 'judge', seed, k: desk.choices.due(id, seed), count: CHOICES, judge }, (news) => {
        if (news.type !== 'compared') return;
        desk.choices.hasDrawn(id, seed, news.k);
        if (news.line === null) return;
        made += 1;
        desk.choices.add(JSON.parse(news.line));
        desk.tell('preferJudging', { done: made, all: CHOICES });
      });
      desk.tell('preferJudged', { count: made });
    });
  }

  async #read() {
    const files = [...(this.#file.files ?? [])];
    this.#file.value = '';
    await this.#desk.perform(async () => {
      for (const file of files) this.#desk.choices.join(await file.text());
      this.#desk.tell('preferImported', { count: this.#desk.choices.all.length });
    });
  }
}
