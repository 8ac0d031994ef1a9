/** The contents of a model's three files. */
export interface Files {
  /** `config.json` */
  config: string;
  /** `tokenizer.json` */
  tokenizer: string;
  /** `model.safetensors` */
  weights: Uint8Array;
}

/** All optional. The same seed gives the same text in every browser and in Node. */
export interface SongOptions {
  /** The text to continue; ignored with a `scheme`. */
  prompt?: string;
  /** An integer from 0 to 2^53 - 1. */
  seed?: number;
  /** 0 is greedy decoding, 1 samples from the model's own distribution. */
  temperature?: number;
  top_k?: number;
  top_p?: number;
  min_p?: number;
  typical_p?: number;
  repetition_penalty?: number;
  no_repeat_ngram?: number;
  /** Maximum number of tokens of a text without a form. */
  max_new_tokens?: number;
  /** Strings that end the text. */
  stop?: string[];
  /** Which lines of a stanza rhyme: `ABAB`, `AABB`, `XAXA` (X is free), or `free`. The model needs a lexicon. */
  scheme?: string;
  /** What the song is about, for models that read titles. */
  title?: string;
  /** `old` or `modern`, for models that know styles. */
  style?: string;
  lines?: number;
  stanzas?: number;
  /** Minimum and maximum number of syllables per line. */
  syllables?: [number, number];
}

export interface TranslateOptions {
  /** Beam width, 1 to 8. */
  beam_width?: number;
  length_penalty?: number;
  no_repeat_ngram?: number;
  max_new_tokens?: number;
}

/** A sentence or a line. */
export interface Piece {
  index: number;
  /** The white space between the previous piece and this one. */
  before: string;
  source: string;
  text: string;
  source_tokens: string[];
  target_tokens: string[];
  /** Attention weights, a row per target token with a column per source token. */
  attention: number[][];
  score: number;
}

/** A language model. Errors have a `code`. */
export interface Writer {
  write(options?: SongOptions): Promise<string>;
  /** Like `write`, piece by piece. */
  stream(options?: SongOptions): AsyncGenerator<string>;
  /** Frees its memory. */
  free(): void;
}

/** A model that translates from German to English. Errors have a `code`. */
export interface Translator {
  translate(text: string, options?: TranslateOptions): Promise<string>;
  /** Like `translate`, sentence by sentence. */
  stream(text: string, options?: TranslateOptions): AsyncGenerator<Piece>;
  /** Frees its memory. */
  free(): void;
}

/**
 * Loads a model from the URL or path of a folder with `config.json`, `tokenizer.json` and `model.safetensors`, or from
 * their contents. `lexicon` is the URL or path of a lexicon, needed for songs with a `scheme`.
 *
 * @throws an Error with a `code`: `download-failed`, `bad-config`, `bad-tokenizer`, `bad-weights` …
 */
export function load<Model extends Writer | Translator = Writer>(
  where: string | URL | Files,
  more?: { lexicon?: string | URL },
): Promise<Model>;
