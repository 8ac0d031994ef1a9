/** The contents of a model's three files. */
export interface Files {
  /** `config.json` */
  config: string;
  /** `tokenizer.json` */
  tokenizer: string;
  /** `model.safetensors` */
  weights: Uint8Array;
}

/** All optional. An equal seed gives an equal text in every browser and in Node. */
export interface SongOptions {
  /** The text to continue; songs with a `scheme` begin anew. */
  prompt?: string;
  /** An integer from 0 to 2^53 - 1. */
  seed?: number;
  /** 0 always takes the likeliest token, 1 is the model's own distribution. */
  temperature?: number;
  top_k?: number;
  top_p?: number;
  min_p?: number;
  typical_p?: number;
  repetition_penalty?: number;
  no_repeat_ngram?: number;
  /** At most, of a text without a form. */
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
  /** Syllables of a line, at least and at most. */
  syllables?: [number, number];
}

export interface TranslateOptions {
  /** 1 to 8 translations in progress side by side. */
  beam_width?: number;
  length_penalty?: number;
  no_repeat_ngram?: number;
  max_new_tokens?: number;
}

/** A sentence or a line. */
export interface Piece {
  index: number;
  /** What stands between it and the piece before. */
  before: string;
  source: string;
  text: string;
  source_tokens: string[];
  target_tokens: string[];
  /** For each token written, the weight of each token read. */
  attention: number[][];
  score: number;
}

/** A model that writes. Errors have a `code`. */
export interface Writer {
  write(options?: SongOptions): Promise<string>;
  /** The same, piece by piece. */
  stream(options?: SongOptions): AsyncGenerator<string>;
  /** Gives its memory back. */
  free(): void;
}

/** A model that translates from German to English. Errors have a `code`. */
export interface Translator {
  translate(text: string, options?: TranslateOptions): Promise<string>;
  /** The same, sentence by sentence. */
  stream(text: string, options?: TranslateOptions): AsyncGenerator<Piece>;
  /** Gives its memory back. */
  free(): void;
}

/**
 * Opens a model: from the address or the path of a folder with `config.json`, `tokenizer.json` and
 * `model.safetensors`, or from their contents. `lexicon` is the address of one, for songs that rhyme.
 *
 * @throws an Error with a `code`: `download-failed`, `bad-config`, `bad-tokenizer`, `bad-weights` …
 */
export function load<Model extends Writer | Translator = Writer>(
  where: string | URL | Files,
  more?: { lexicon?: string | URL },
): Promise<Model>;
