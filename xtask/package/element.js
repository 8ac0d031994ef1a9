// A custom element: <liedwerk-song model="models/gpt-songs/" prompt="O the wind" seed="11"></liedwerk-song>

import { load } from './index.js';

/** Attributes that set options, with their conversions. */
const OPTIONS = /** @type {const} */ ({
  prompt: String,
  seed: Number,
  temperature: Number,
  title: String,
  style: String,
  scheme: String,
  lines: Number,
  stanzas: Number,
  length: Number,
});

export class LiedwerkSong extends HTMLElement {
  static observedAttributes = ['model', 'lexicon', ...Object.keys(OPTIONS)];

  #song = document.createElement('p');
  /** Counts songs, so that one whose attributes have changed ends without an event. */
  #turn = 0;

  constructor() {
    super();
    const style = document.createElement('style');
    style.textContent = ':host { display: block } p { margin: 0; white-space: pre-wrap }';
    this.#song.part.add('song');
    this.#song.setAttribute('aria-live', 'polite');
    this.attachShadow({ mode: 'open' }).append(style, this.#song);
  }

  attributeChangedCallback() {
    if (this.isConnected) void this.#begin();
  }

  connectedCallback() {
    void this.#begin();
  }

  disconnectedCallback() {
    this.#turn += 1;
  }

  /** The song so far. */
  get text() {
    return this.#song.textContent ?? '';
  }

  async #begin() {
    const turn = ++this.#turn;
    // Wait for a script to set all attributes.
    await null;
    const where = this.getAttribute('model');
    if (turn !== this.#turn || where === null) return;
    this.#song.textContent = '';
    this.#song.setAttribute('aria-busy', 'true');
    /** @type {(name: 'written' | 'error', detail: unknown) => void} */
    const end = (name, detail) => {
      if (turn !== this.#turn) return;
      this.#song.setAttribute('aria-busy', 'false');
      this.dispatchEvent(new CustomEvent(name, { detail }));
    };
    await this.#write(turn, where).then(
      () => end('written', this.text),
      (error) => end('error', error),
    );
  }

  /**
   * @param {number} turn
   * @param {string} where
   */
  async #write(turn, where) {
    const writer = await load(where, { lexicon: this.getAttribute('lexicon') ?? undefined });
    try {
      for await (const piece of writer.stream(this.#options())) {
        if (turn !== this.#turn) return;
        this.#song.append(piece);
      }
    } finally {
      writer.free();
    }
  }

  #options() {
    const given = Object.entries(OPTIONS).filter(([name]) => this.hasAttribute(name));
    const { length, ...options } = Object.fromEntries(given.map(([name, read]) => [name, read(this.getAttribute(name))]));
    return length === undefined ? options : { ...options, max_new_tokens: length };
  }
}

customElements.define('liedwerk-song', LiedwerkSong);
