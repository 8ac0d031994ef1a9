// The view "Lecture": use cases in steps, each with a formula, an excerpt of Rust code and interactive parts.

import { currentLanguage, learn, onLanguage, say } from '../../i18n/index.js';
import { EXCERPTS } from './lessons/excerpts.js';
import { formula } from './lessons/formulas.js';
import { LECTURE } from './lessons/steps.js';
import { button, h, scrollable } from '../../ui/dom.js';
import { LIVE } from './live.js';

/** @typedef {import('./lessons/steps.js').UseCase} UseCase */

/** @type {readonly UseCase[]} */
const USE_CASES = ['lyrics', 'translation', 'gan', 'style', 'diffusion', 'reading', 'people', 'challenges'];
/** @type {Readonly<Record<UseCase, import('../../i18n/index.js').Key>>} */
const NAMES = {
  lyrics: 'caseLyrics',
  translation: 'caseTranslation',
  gan: 'caseGan',
  style: 'caseStyle',
  diffusion: 'caseDiffusion',
  reading: 'caseReading',
  people: 'casePeople',
  challenges: 'caseChallenges',
};
/** Every page, in reading order. @type {readonly { use_case: UseCase, step: number }[]} */
const PAGES = USE_CASES.flatMap((use_case) => LECTURE[use_case].map((_, i) => ({ use_case, step: i + 1 })));

/** Loads the texts of the view, and of "Read", whose parts it includes. */
export async function loadLecture() {
  await Promise.all([
    learn({
      de: async () => (await import('../../i18n/de/lesson.js')).lesson,
      en: async () => (await import('../../i18n/en/lesson.js')).lesson,
    }),
    learn({
      de: async () => (await import('../../i18n/de/read.js')).read,
      en: async () => (await import('../../i18n/en/read.js')).read,
    }),
  ]);
  return mountLecture;
}

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
function mountLecture(root, context) {
  const lecture = new Lecture(root, context);
  return {
    open: async () => lecture.show(),
    run: () => lecture.live.find(({ run }) => run)?.run?.(),
    stop: () => lecture.stop(),
  };
}

class Lecture {
  #context;
  #cases;
  #steps = h('ol', { class: 'walk' });
  #page = h('article', { class: 'lesson', 'aria-labelledby': 'lesson-title' });
  #title = h('h2', { id: 'lesson-title', tabindex: '-1' });
  #text = h('div', { class: 'told' });
  #formula = scrollable(h('div', { class: 'formula' }), 'formula');
  #code = h('figure', { class: 'excerpt' });
  #live = h('section', { class: 'live', 'aria-labelledby': 'live-title' });
  #ways = h('p', { class: 'ways' });
  #back;
  #next;
  /** The page shown. */
  #shown = '';
  /** The interactive parts of this page. @type {import('./parts.js').Live[]} */
  live = [];
  /** The interactive parts of all visited pages, which keep their state. @type {Map<string, import('./parts.js').Live[]>} */
  #lives = new Map();

  /**
   * @param {HTMLElement} root
   * @param {import('../common/view.js').Context} context
   */
  constructor(root, context) {
    this.#context = context;
    const { state } = context;
    this.#cases = USE_CASES.map((use_case) =>
      button(NAMES[use_case], () => state.set({ use_case, step: Math.min(state.settings.step, LECTURE[use_case].length) })),
    );
    this.#back = button('stepBack', () => this.#go(-1));
    this.#next = button('stepNext', () => this.#go(1), { class: 'primary' });
    this.#page.append(
      h('div', { class: 'board' }, h('div', {}, this.#title, this.#text, this.#formula), this.#live),
      this.#code,
      h('div', { class: 'row turn' }, this.#back, this.#next, h('span', { class: 'small keys', t: 'lectureKeys' })),
    );
    root.append(
      h('p', { class: 'lead', t: 'lectureLead' }),
      h('div', { class: 'row cases', role: 'group', tLabel: 'useCases' }, ...this.#cases),
      this.#steps,
      this.#page,
    );
    document.addEventListener('keydown', (event) => this.#key(event));
    state.onChange(() => state.settings.view === 'lecture' && this.show());
    onLanguage(() => this.#tell());
  }

  /** @returns {{ use_case: UseCase, step: number }} */
  get #place() {
    const { use_case, step } = this.#context.state.settings;
    // A link may name a page after the last one.
    return { use_case, step: Math.min(step, LECTURE[use_case].length) };
  }

  /** Shows the page of the settings. */
  show() {
    const { use_case, step } = this.#place;
    const page = `${use_case} ${step}`;
    if (page === this.#shown) return;
    const turned = this.#shown !== '';
    this.stop();
    this.#shown = page;
    this.#tell();
    const lesson = LECTURE[use_case][step - 1];
    this.live = this.#lives.get(page) ?? lesson.live.map((name) => LIVE[name](this.#context, use_case));
    this.#lives.set(page, this.live);
    this.#ways.replaceChildren(...this.#links(lesson));
    this.#live.replaceChildren(h('h3', { id: 'live-title', t: 'tryIt' }), ...this.live.map(({ element }) => element), this.#ways);
    for (const part of this.live) part.open?.();
    if (turned && document.activeElement === document.body) this.#title.focus({ preventScroll: true });
  }

  stop() {
    for (const part of this.live) part.stop?.();
  }

  /** Updates all texts. */
  #tell() {
    const { use_case, step } = this.#place;
    const lesson = LECTURE[use_case][step - 1];
    const language = currentLanguage();
    this.#cases.forEach((element, i) => element.setAttribute('aria-pressed', String(USE_CASES[i] === use_case)));
    const links = LECTURE[use_case].map(({ title }, i) => {
      const link = button('stepNext', () => this.#context.state.set({ step: i + 1 }), { class: 'quiet' });
      delete link.dataset.t;
      link.replaceChildren(h('span', { class: 'number' }, `${i + 1} `), title[language]);
      if (i + 1 === step) link.setAttribute('aria-current', 'step');
      return h('li', {}, link);
    });
    this.#steps.replaceChildren(...links);
    this.#title.replaceChildren(h('span', { class: 'number' }, `${step} `), lesson.title[language]);
    this.#text.replaceChildren(...lesson.text[language].split('\n\n').map((paragraph) => h('p', {}, paragraph)));
    this.#formula.replaceChildren(formula(lesson.formula));
    const { file, code } = EXCERPTS[lesson.excerpt];
    const caption = h('figcaption', { class: 'small' });
    this.#code.replaceChildren(say(caption, 'excerptFrom', { file }), scrollable(h('pre', { role: 'region' }, h('code', {}, code)), 'excerpt'));
    this.#back.disabled = step === 1 && use_case === USE_CASES[0];
    this.#next.disabled = step === LECTURE[use_case].length && use_case === USE_CASES.at(-1);
  }

  /** Turns to the next or previous page, also across use cases. @param {1 | -1} by */
  #go(by) {
    const { use_case, step } = this.#place;
    const page = PAGES[PAGES.findIndex((candidate) => candidate.use_case === use_case && candidate.step === step) + by];
    if (!page) return;
    this.#context.state.set(page);
    scrollTo({ top: 0 });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.#context.state.settings.view !== 'lecture' || event.defaultPrevented) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { target } = event;
    // Arrow keys are used by fields, sliders, select boxes and sheets.
    if (target instanceof Element && target.closest('input, textarea, select, .scroll, .sheet, .alignment, nav')) return;
    if (event.key === 'ArrowRight') this.#go(1);
    else if (event.key === 'ArrowLeft') this.#go(-1);
  }

  /** @param {import('./lessons/steps.js').LectureStep} lesson makes links to its places, except those that the page does not have */
  #links({ places, there }) {
    const { state, views, visit } = this.#context;
    const go = (/** @type {import('../../state.js').ViewId} */ id) => {
      if (there) state.set(there);
      visit(id);
    };
    const links = views.filter(({ id }) => places.includes(id)).map(({ id, title }) => button(title, () => go(id), { class: 'quiet' }));
    return links.length ? [h('span', { class: 'small', t: 'goOnIn' }), ' ', ...links] : [];
  }
}
