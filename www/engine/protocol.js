// Messages between the page and its workers: discriminated unions with an id.
// Commands are named by imperatives, events by nouns or participles. Types only.

/**
 * @typedef {{ de: string, en: string }} Bilingual
 * @typedef {{ path: string, bytes: number, sha256: string }} WeightsFile
 *
 * @typedef {object} ModelEntry an entry of models/index.json, its paths resolved to absolute URLs
 * @property {string} id
 * @property {string} model_type
 * @property {{ config: string, tokenizer: string, weights: WeightsFile, songs?: WeightsFile, lexicon?: WeightsFile, own?: true | Blob }} files
 *   `songs`: index of its training songs; `lexicon`: pronunciations of the words of its language; `own`: set for the
 *   visitor's own model, `true` if the shelf stores it, otherwise its file
 * @property {string} language of its output, for screen readers and hyphenation
 * @property {string} licence
 * @property {Bilingual} title
 * @property {Bilingual} card
 * @property {Bilingual} trained_on
 * @property {Figures} figures
 *
 * @typedef {object} Figures evaluation results, each present only if it was measured for the model
 * @property {number} [dev_bits_per_char]
 * @property {number} [dev_bleu]
 * @property {number} [dev_chrf]
 * @property {number} [dev_accuracy] fraction of correct labels, 0 to 1
 * @property {number} [parameters]
 * @property {string} [measured_with]
 *
 * @typedef {object} GenerateOptions
 * @property {number} temperature 0 is greedy decoding
 * @property {number} top_k 0 is off
 * @property {number} top_p 1 is off
 * @property {number} min_p 0 is off
 * @property {number} typical_p 1 is off
 * @property {number} repetition_penalty 1 is off
 * @property {number} no_repeat_ngram 0 is off
 * @property {number} seed an integer from 0 to 2^53 - 1
 * @property {number} max_new_tokens
 * @property {string[]} stop generation ends before the first of these strings
 * @property {number} [candidates] number of rows in each step's table
 * @property {boolean} [recording] record the model's activations at each token
 *
 * @typedef {Omit<GenerateOptions, 'max_new_tokens' | 'stop'> & { title: string, style: string, scheme: string, lines: number, stanzas: number, parts: string, syllables: [number, number] | null }} Form
 *   the form of a song and the sampling options for its lines, see src/generate/form/plan.rs
 *
 * @typedef {object} TranslateOptions
 * @property {number} beam_width 1 is greedy
 *
 * @typedef {import('../pkg/full/liedwerk.js').JsStarted} Started
 * @typedef {import('../pkg/full/liedwerk.js').JsRow} Row a candidate token of one step: its
 *   `rank` (1 is the model's favourite), its probability `before` and `after` the sampling settings, and the setting
 *   that `cut` it
 * @typedef {import('../pkg/full/liedwerk.js').JsStep} Step a token and its alternatives
 * @typedef {import('../pkg/full/liedwerk.js').JsText} Written the result of one slice of generation
 * @typedef {import('../pkg/full/liedwerk.js').JsPiece} Piece a translated sentence or line; `before`
 *   is the white space that precedes it, `attention` has one row per target token, `score` is the mean
 *   log-probability per token
 * @typedef {import('../pkg/full/liedwerk.js').JsRecorded & { values: Float32Array }} Recorded the activations
 *   of a model at each token it read; the frames are concatenated in `values`, see src/models/recording.rs
 * @typedef {import('../pkg/full/liedwerk.js').JsRated} Rated a token with a probability or a cosine similarity
 * @typedef {import('../pkg/full/liedwerk.js').JsStretch} Stretch a part of a text that occurs in the training
 *   songs; `characters`: its least length, not counting punctuation and line breaks
 * @typedef {import('../pkg/full/liedwerk.js').JsLine} Line a line of a song with a form, and the candidates it was chosen from
 * @typedef {import('../pkg/full/liedwerk.js').JsFigures} SongFigures statistics of a song
 * @typedef {import('../pkg/full/liedwerk.js').JsHeader} Header the header fields that a model understands
 * @typedef {import('../pkg/full/liedwerk.js').JsChecked} Checked the result of comparing every op of a GPU with the CPU's
 *
 * @typedef {{ of: 'lens', residual: Float32Array, count: number } | { of: 'neighbours', token: number, count: number, source: boolean } | { of: 'positions', count: number }} Question
 * @typedef {{ rated?: Rated[][], positions?: Float32Array }} Answer
 *
 * @typedef {{ cpu: number, gpu: number }} Rates tokens per second
 * @typedef {{ key: string, title: Bilingual } & Rates} Race a model's speed on both devices; the key names its weights
 *   and the GPU
 *
 * @typedef {{ code: string, message?: string, characters?: string | string[] }} Note
 * @typedef {{ code: string, message: string }} Failure
 * @typedef {{ notes: Note[], header?: Header }} Loaded
 * @typedef {{ cancelled: boolean, tokens: number, seconds: number }} Finished for a song with a form, `tokens` counts lines
 */

/**
 * @typedef {'lean' | 'full'} ModuleName the wasm module of a worker, and the worker's name: `lean` is what every visitor
 *   downloads, `full` adds the GPU and training
 */

/**
 * @typedef {object} DeviceWish where to compute
 * @property {'cpu' | 'gpu' | 'auto'} choice
 * @property {number} attempt the GPU is requested once, and again whenever this number grows
 * @property {Record<string, Rates>} races results of earlier races, by key
 */

/**
 * @typedef {object} ModelRequest
 * @property {ModelEntry} model
 * @property {boolean} fresh bypass the browser's HTTP cache (after an error)
 * @property {string[]} known the sha256 of every weights file of the manifest; other cached weights are deleted
 */

/**
 * @typedef {object} Walk a text with a fixed sequence of first tokens, to be continued
 * @property {string} prompt
 * @property {GenerateOptions} options
 * @property {number[]} path ids of the tokens after the prompt
 * @property {number} more number of tokens to generate after `path`
 */

/**
 * @typedef {{ id: number, device: DeviceWish } & ModelRequest} OfModel
 * @typedef {{ type: 'load' } & OfModel} LoadCommand
 * @typedef {{ type: 'generate', prompt: string, options: GenerateOptions, path?: number[] } & OfModel} GenerateCommand
 *   `path`: tokens that the page already has, from a worker that failed
 * @typedef {{ type: 'compose', form: Form, lexicon: WeightsFile | null } & OfModel} ComposeCommand
 * @typedef {{ type: 'walk' } & Walk & OfModel} WalkCommand
 * @typedef {{ type: 'translate', text: string, options: TranslateOptions, skip?: number } & OfModel} TranslateCommand
 *   `skip`: number of pieces that the page already has
 * @typedef {{ type: 'look', text: string, options: GenerateOptions & TranslateOptions } & OfModel} LookCommand
 * @typedef {{ type: 'ask', question: Question } & OfModel} AskCommand
 * @typedef {{ type: 'recall', text: string } & OfModel} RecallCommand find the stretches of a text that occur in the training songs
 * @typedef {{ id: number, type: 'use-gpu', device: DeviceWish }} UseGpuCommand check the GPU before any run needs it
 * @typedef {{ id: number, type: 'cancel' }} CancelCommand `id`: of the command to cancel
 * @typedef {LoadCommand | GenerateCommand | ComposeCommand | WalkCommand | TranslateCommand | LookCommand | AskCommand | RecallCommand} Job
 * @typedef {Job | UseGpuCommand | CancelCommand} Command
 */

/**
 * @typedef {{ id: number, type: 'progress', received: number, total: number }} ProgressEvent
 * @typedef {{ id: number, type: 'loaded' } & Loaded} LoadedEvent
 * @typedef {{ id: number, type: 'device', on: 'cpu' | 'gpu', attempt: number, report: Checked | Failure, race?: Race }} DeviceEvent
 *   which device a run that is not bound to the CPU uses, and why; sent again if the GPU is lost during the run
 * @typedef {{ id: number, type: 'started', prompt: string, notes: Note[] }} StartedEvent
 * @typedef {{ id: number, type: 'token', text: string, ids: number[], tokens: number, seconds: number }} TokenEvent
 * @typedef {{ id: number, type: 'line', line: Pick<Line, 'before' | 'text'> & { candidates: Pick<Line['candidates'][number], 'text' | 'led' | 'lost_by'>[] }, lines: number, tokens: number, seconds: number }} LineEvent
 *   `lines`: number of lines in the song; `candidates`: the best for the line, itself first; none for a repeated one
 * @typedef {{ id: number, type: 'judged', figures: SongFigures }} JudgedEvent
 * @typedef {{ id: number, type: 'steps', from: number, steps: Step[], ended: boolean, tokens: number, seconds: number }} StepsEvent
 *   the tokens of a walk from index `from` on; earlier ones are unchanged
 * @typedef {{ id: number, type: 'split', pieces: number, notes: Note[] }} SplitEvent
 * @typedef {{ id: number, type: 'piece', piece: Piece, tokens: number, seconds: number }} PieceEvent
 * @typedef {{ id: number, type: 'frames', recorded: Recorded, steps: Step[], tokens: number, seconds: number }} FramesEvent
 * @typedef {{ id: number, type: 'inside', piece: Piece, inside: Recorded[], tokens: number, seconds: number }} InsideEvent
 *   `inside` has the activations for the source and for the target; empty for an empty piece and
 *   for models that have nothing but the alignment
 * @typedef {{ id: number, type: 'answer', answer: Answer }} AnswerEvent
 * @typedef {{ id: number, type: 'recalled', stretches: Stretch[] }} RecalledEvent
 * @typedef {{ id: number, type: 'done' } & Finished} DoneEvent
 * @typedef {{ id: number, type: 'failed', error: Failure }} FailedEvent
 * @typedef {ProgressEvent | LoadedEvent | DeviceEvent | StartedEvent | TokenEvent | LineEvent | JudgedEvent | StepsEvent | SplitEvent | PieceEvent | FramesEvent | InsideEvent | AnswerEvent | RecalledEvent | DoneEvent | FailedEvent} EngineEvent
 */

/**
 * The two wasm modules. Where the lean one returns a value, the full one returns a promise.
 *
 * @typedef {typeof import('../pkg/liedwerk.js')} LeanWasm
 * @typedef {typeof import('../pkg/full/liedwerk.js')} FullWasm
 * @typedef {LeanWasm | FullWasm} Wasm
 * @typedef {import('../pkg/liedwerk.js').Generator | import('../pkg/full/liedwerk.js').Generator} WasmGenerator
 * @typedef {import('../pkg/liedwerk.js').Translator | import('../pkg/full/liedwerk.js').Translator} WasmTranslator
 * @typedef {import('../pkg/full/liedwerk.js').Gpu} WasmGpu
 */

export {};
