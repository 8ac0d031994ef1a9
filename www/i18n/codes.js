// Maps the engine's codes to text keys. Codes are stable, wording is not.

/** @typedef {import('./index.js').Key} Key */

/** @type {Readonly<Record<string, Key>>} */
const NOTES = {
  'characters-dropped': 'noteCharactersDropped',
  'prompt-cut': 'notePromptCut',
  'look-cut': 'noteLookCut',
  'storage-unavailable': 'noteStorageUnavailable',
  'hash-unchecked': 'noteHashUnchecked',
  'text-cut': 'noteTextCut',
  'old-spelling': 'noteOldSpelling',
  'word-too-long': 'noteWordTooLong',
  'piece-cut': 'notePieceCut',
  'length-limit': 'noteLengthLimit',
  'unknown-words': 'noteUnknownWords',
  'not-german': 'noteNotGerman',
  'nothing-to-translate': 'noteNothingToTranslate',
  'nothing-to-continue': 'noteNothingToContinue',
  'no-translator': 'noTranslator',
  'training-elsewhere': 'noteTrainingElsewhere',
  'no-training-text': 'noteNoTrainingText',
  'encoding-guessed': 'noteEncodingGuessed',
  'bytes-replaced': 'noteBytesReplaced',
  'utf-16-read': 'noteUtf16Read',
  'storage-full': 'noteStorageFull',
  'storage-denied': 'noteStorageDenied',
  'nothing-to-resume': 'noteNothingToResume',
  'gpu-lost-in-training': 'noteGpuLostInTraining',
  diverged: 'noteDiverged',
  'pairs-skipped': 'notePairsSkipped',
  'columns-chosen': 'noteColumnsChosen',
  'columns-swapped': 'noteColumnsSwapped',
  'columns-unsure': 'noteColumnsUnsure',
  'lrc-read': 'noteLrcRead',
  'subtitles-read': 'noteSubtitlesRead',
  'lyrics-page': 'noteLyricsPage',
  'held-out-empty': 'noteHeldOutEmpty',
  'gpu-lost': 'noteGpuLost',
  'form-on-cpu': 'noteFormOnCpu',
  'picture-shrunk': 'notePictureShrunk',
  'first-frame': 'noteFirstFrame',
  'prompt-near': 'notePromptNear',
  'prompt-unknown': 'notePromptUnknown',
  'prompt-simplified': 'notePromptSimplified',
};

/** @type {Readonly<Record<string, Key>>} */
const ERRORS = {
  'bad-manifest': 'errorBadManifest',
  'download-failed': 'errorDownloadFailed',
  'hash-mismatch': 'errorHashMismatch',
  'engine-unavailable': 'errorEngineUnavailable',
  'simd-missing': 'errorSimdMissing',
  'webassembly-off': 'errorWebAssemblyOff',
  'page-instead': 'errorPageInstead',
  'engine-crashed': 'errorEngineCrashed',
  'out-of-memory': 'errorOutOfMemory',
  'bad-option': 'errorBadOption',
  'not-finite': 'errorNotFinite',
  'file-too-large': 'errorFileTooLarge',
  'file-unreadable': 'errorFileUnreadable',
  'not-text': 'errorNotText',
  'bad-picture': 'errorBadPicture',
  'empty-prompt': 'errorEmptyPrompt',
  'other-format': 'errorOtherFormat',
  'text-too-short': 'errorTextTooShort',
  'text-too-long': 'errorTextTooLong',
  'bad-pairs': 'errorBadPairs',
  'bad-choices': 'errorBadChoices',
  'too-few-choices': 'errorTooFewChoices',
  'one-sided-choices': 'errorOneSidedChoices',
  'bad-recipe': 'errorBadRecipe',
  'other-text': 'errorOtherText',
  'old-checkpoint': 'errorOldCheckpoint',
  diverged: 'noteDiverged',
  'own-model-gone': 'errorOwnModelGone',
  'no-lexicon': 'errorNoLexicon',
};

/** Why no GPU is used. @type {Readonly<Record<string, Key>>} */
const GPU_FAILURES = {
  'gpu-unavailable': 'gpuUnavailable',
  'gpu-wrong': 'gpuWrong',
  'gpu-lost': 'gpuLost',
  'out-of-memory': 'gpuOutOfMemory',
  'engine-crashed': 'gpuCrashed',
  'engine-unavailable': 'gpuUnfetched',
};

/** Why a token was excluded. @type {Readonly<Record<string, Key>>} */
const CUTS = {
  bias: 'cutBias',
  'no-repeat': 'cutNoRepeat',
  'top-k': 'cutTopK',
  'top-p': 'cutTopP',
  'min-p': 'cutMinP',
  typical: 'cutTypical',
};

/**
 * @param {string} code
 * @returns {Key | undefined}
 */
export function noteKey(code) {
  return Object.hasOwn(NOTES, code) ? NOTES[code] : undefined;
}

/**
 * @param {string} code unknown codes are reported as a defect of a model's files
 * @returns {Key}
 */
export function errorKey(code) {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code] : 'errorBadModel';
}

/**
 * @param {string} code
 * @returns {Key}
 */
export function gpuFailureKey(code) {
  return Object.hasOwn(GPU_FAILURES, code) ? GPU_FAILURES[code] : 'gpuFailed';
}

/**
 * @param {string} cut
 * @returns {Key}
 */
export function cutKey(cut) {
  return Object.hasOwn(CUTS, cut) ? CUTS[cut] : 'cutOther';
}
