// What the page and its workers say to each other: discriminated unions with an id.
// Commands are imperatives, events are nouns or past. This file holds types only.

/**
 * @typedef {{ de: string, en: string }} Bilingual
 * @typedef {{ path: string, bytes: number, sha256: string }} WeightsFile
 *
 * @typedef {object} ModelEntry one model of models/index.json; all paths already absolute URLs
 * @property {string} id
 * @property {string} model_type
 * @property {{ config: string, tokenizer: string, weights: WeightsFile, songs?: WeightsFile, lexicon?: WeightsFile, own?: true | Blob }} files
 *   `songs`: an index of the songs it learned from; `lexicon`: words of its language with their sounds; `own`: the visitor's own model, on the shelf or here
 * @property {string} language what it writes in, for screen readers and hyphenation
 * @property {string} licence
 * @property {Bilingual} title
 * @property {Bilingual} card
 * @property {Bilingual} trained_on
 * @property {Figures} figures
 *
 * @typedef {object} Figures what was measured, each where the model has it
 * @property {number} [dev_bits_per_char]
 * @property {number} [dev_bleu]
 * @property {number} [dev_chrf]
 * @property {number} [dev_accuracy] the share of labels that are right
 * @property {number} [parameters]
 * @property {string} [measured_with]
 *
 * @typedef {object} GenerateOptions
 * @property {number} temperature 0 takes the likeliest token each time
 * @property {number} top_k 0 is off
 * @property {number} top_p 1 is off
 * @property {number} min_p 0 is off
 * @property {number} typical_p 1 is off
 * @property {number} repetition_penalty 1 is off
 * @property {number} no_repeat_ngram 0 is off
 * @property {number} seed an integer from 0 to 2^53 - 1
 * @property {number} max_new_tokens
 * @property {string[]} stop the text ends before the first of these
 * @property {number} [candidates] rows of each step's table
 * @property {boolean} [recording] keep what the model does at each token
 *
 * @typedef {Omit<GenerateOptions, 'max_new_tokens' | 'stop'> & { title: string, style: string, scheme: string, lines: number, stanzas: number, parts: string, syllables: [number, number] | null }} Form
 *   of a song, and how the tokens of its lines are drawn, see src/generate/form/plan.rs
 *
 * @typedef {object} TranslateOptions
 * @property {number} beam_width 1 is greedy
 *
 * @typedef {import('../pkg/full/liedwerk.js').JsStarted} Started
 * @typedef {import('../pkg/full/liedwerk.js').JsRow} Row what could have come at one step: its
 *   `rank`, 1 the model's favourite; its probability `before`, by the model alone, and `after`, when the token was drawn;
 *   which setting has `cut` it
 * @typedef {import('../pkg/full/liedwerk.js').JsStep} Step one token, and what else could have come
 * @typedef {import('../pkg/full/liedwerk.js').JsText} Written what a slice of writing gives
 * @typedef {import('../pkg/full/liedwerk.js').JsPiece} Piece a sentence or a line, translated; `before`
 *   is the white space between it and the piece before, `attention` a row for each target token, `score` the mean
 *   log-probability of a token
 * @typedef {import('../pkg/full/liedwerk.js').JsRecorded & { values: Float32Array }} Recorded what a model
 *   did at each token that it read; the frames stand one behind the other in `values`, see src/models/recording.rs
 * @typedef {import('../pkg/full/liedwerk.js').JsRated} Rated a token with a probability or a cosine
 * @typedef {import('../pkg/full/liedwerk.js').JsStretch} Stretch of a text that stands in the songs, with so
 *   many characters at least
 * @typedef {import('../pkg/full/liedwerk.js').JsLine} Line of a song with a form, the lines it was chosen from beside it
 * @typedef {import('../pkg/full/liedwerk.js').JsFigures} SongFigures what was counted in a song
 * @typedef {import('../pkg/full/liedwerk.js').JsHeader} Header what a model can read before a song
 * @typedef {import('../pkg/full/liedwerk.js').JsChecked} Checked a GPU whose every op was compared with the CPU's
 *
 * @typedef {{ of: 'lens', residual: Float32Array, count: number } | { of: 'neighbours', token: number, count: number, source: boolean } | { of: 'positions', count: number }} Question
 * @typedef {{ rated?: Rated[][], positions?: Float32Array }} Answer
 *
 * @typedef {{ cpu: number, gpu: number }} Rates tokens per second
 * @typedef {{ key: string, title: Bilingual } & Rates} Race of a model on both devices; the key names its weights
 *   and the GPU
 *
 * @typedef {{ code: string, message?: string, characters?: string | string[] }} Note
 * @typedef {{ code: string, message: string }} Failure
 * @typedef {{ notes: Note[], header?: Header }} Loaded
 * @typedef {{ cancelled: boolean, tokens: number, seconds: number }} Finished `tokens`: of a song with a form, its lines
 */

/**
 * @typedef {'lean' | 'full'} ModuleName the wasm module of a worker, and the worker's name: what every visitor has, or
 *   the one that knows the GPU and training too
 */

/**
 * @typedef {object} DeviceWish where to compute
 * @property {'cpu' | 'gpu' | 'auto'} choice
 * @property {number} attempt a GPU is asked for once, and anew when this has grown
 * @property {Record<string, Rates>} races those run before, by their key
 */

/**
 * @typedef {object} ModelRequest
 * @property {ModelEntry} model
 * @property {boolean} fresh ask the host again instead of the browser's HTTP cache (after an error)
 * @property {string[]} known the sha256 of every weights file of the manifest; other cached ones go
 */

/**
 * @typedef {object} Walk a text that begins with these very tokens, and goes on
 * @property {string} prompt
 * @property {GenerateOptions} options
 * @property {number[]} path ids of the tokens after the prompt
 * @property {number} more tokens to write after them
 */

/**
 * @typedef {{ id: number, device: DeviceWish } & ModelRequest} OfModel
 * @typedef {{ type: 'load' } & OfModel} LoadCommand
 * @typedef {{ type: 'generate', prompt: string, options: GenerateOptions, path?: number[] } & OfModel} GenerateCommand
 *   `path`: tokens that the page has already, from a worker that broke off
 * @typedef {{ type: 'compose', form: Form, lexicon: WeightsFile | null } & OfModel} ComposeCommand
 * @typedef {{ type: 'walk' } & Walk & OfModel} WalkCommand
 * @typedef {{ type: 'translate', text: string, options: TranslateOptions, skip?: number } & OfModel} TranslateCommand
 *   `skip`: pieces that it has already
 * @typedef {{ type: 'look', text: string, options: GenerateOptions & TranslateOptions } & OfModel} LookCommand
 * @typedef {{ type: 'ask', question: Question } & OfModel} AskCommand
 * @typedef {{ type: 'recall', text: string } & OfModel} RecallCommand which stretches the songs have
 * @typedef {{ id: number, type: 'use-gpu', device: DeviceWish }} UseGpuCommand have it checked, before any song needs it
 * @typedef {{ id: number, type: 'cancel' }} CancelCommand the id is that of the command to be cancelled
 * @typedef {LoadCommand | GenerateCommand | ComposeCommand | WalkCommand | TranslateCommand | LookCommand | AskCommand | RecallCommand} Job
 * @typedef {Job | UseGpuCommand | CancelCommand} Command
 */

/**
 * @typedef {{ id: number, type: 'progress', received: number, total: number }} ProgressEvent
 * @typedef {{ id: number, type: 'loaded' } & Loaded} LoadedEvent
 * @typedef {{ id: number, type: 'device', on: 'cpu' | 'gpu', attempt: number, report: Checked | Failure, race?: Race }} DeviceEvent
 *   where a run that is not bound to the CPU is computed, and why; also in its middle, when the GPU was lost
 * @typedef {{ id: number, type: 'started', prompt: string, notes: Note[] }} StartedEvent
 * @typedef {{ id: number, type: 'token', text: string, ids: number[], tokens: number, seconds: number }} TokenEvent
 * @typedef {{ id: number, type: 'line', line: Pick<Line, 'before' | 'text'>, lines: number, tokens: number, seconds: number }} LineEvent
 *   of so many `lines`
 * @typedef {{ id: number, type: 'judged', figures: SongFigures }} JudgedEvent
 * @typedef {{ id: number, type: 'steps', from: number, steps: Step[], ended: boolean, tokens: number, seconds: number }} StepsEvent
 *   the tokens of a walk from the number `from` on; those before stand
 * @typedef {{ id: number, type: 'split', pieces: number, notes: Note[] }} SplitEvent
 * @typedef {{ id: number, type: 'piece', piece: Piece, tokens: number, seconds: number }} PieceEvent
 * @typedef {{ id: number, type: 'frames', recorded: Recorded, steps: Step[], tokens: number, seconds: number }} FramesEvent
 * @typedef {{ id: number, type: 'inside', piece: Piece, inside: Recorded[], tokens: number, seconds: number }} InsideEvent
 *   `inside` is what it did with the source and with the target; empty where there is nothing but the alignment
 * @typedef {{ id: number, type: 'answer', answer: Answer }} AnswerEvent
 * @typedef {{ id: number, type: 'recalled', stretches: Stretch[] }} RecalledEvent
 * @typedef {{ id: number, type: 'done' } & Finished} DoneEvent
 * @typedef {{ id: number, type: 'failed', error: Failure }} FailedEvent
 * @typedef {ProgressEvent | LoadedEvent | DeviceEvent | StartedEvent | TokenEvent | LineEvent | JudgedEvent | StepsEvent | SplitEvent | PieceEvent | FramesEvent | InsideEvent | AnswerEvent | RecalledEvent | DoneEvent | FailedEvent} EngineEvent
 */

/**
 * The two wasm modules, as they are built: what the lean one gives at once, the full one promises.
 *
 * @typedef {typeof import('../pkg/liedwerk.js')} LeanWasm
 * @typedef {typeof import('../pkg/full/liedwerk.js')} FullWasm
 * @typedef {LeanWasm | FullWasm} Wasm
 * @typedef {import('../pkg/liedwerk.js').Generator | import('../pkg/full/liedwerk.js').Generator} WasmGenerator
 * @typedef {import('../pkg/liedwerk.js').Translator | import('../pkg/full/liedwerk.js').Translator} WasmTranslator
 * @typedef {import('../pkg/full/liedwerk.js').Gpu} WasmGpu
 */

export {};
