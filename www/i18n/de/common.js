/** German texts of all pages, mostly error messages. @type {typeof import('../en/common.js').common} */
export const common = {
  language: 'Sprache',
  stop: 'Stopp',
  retry: 'Noch einmal versuchen',
  gpuChecking: 'Die GPU wird geprüft …',
  errorBadManifest:
    'Die Liste der Modelle ließ sich nicht lesen. Verlangt dieses Netz eine Anmeldung, dann melde dich in einem anderen Tab an und versuche es noch einmal.',
  errorDownloadFailed: 'Das Modell ließ sich nicht laden. Vielleicht fehlt die Verbindung.',
  errorHashMismatch: 'Das Modell kam beschädigt an und wurde verworfen.',
  errorEngineUnavailable: 'Eine Datei dieser Seite fehlt auf dem Server oder kam nicht an. Wer die Seite dort abgelegt hat, muss ihren ganzen Ordner kopieren.',
  errorSimdMissing: 'Das Rechenprogramm der Seite konnte nicht starten. Es braucht einen Browser mit WebAssembly-SIMD.',
  errorWebAssemblyOff:
    'WebAssembly ist hier abgeschaltet, und diese Seite rechnet damit. Der Blockierungsmodus auf iPhone, iPad und Mac tut das: Erlaube diese Website im Seitenmenü von Safari unter „Website-Einstellungen“. Sonst hilft die Sicherheitsstufe (Tor, Edge) oder javascript.options.wasm (Firefox).',
  errorPageInstead:
    'Statt der Datei kam eine Webseite. Verlangt dieses Netz eine Anmeldung, dann melde dich in einem anderen Tab an und versuche es noch einmal. Sonst fehlt die Datei auf dem Server.',
  errorEngineCrashed: 'Das Rechenprogramm ist abgestürzt; versuche es noch einmal.',
  errorOutOfMemory: 'Für dieses Modell reicht der Speicher nicht.',
  errorBadOption: 'Mit einer der Einstellungen kann das Modell nichts anfangen.',
  errorNotFinite: 'Das Modell hat etwas berechnet, das keine Zahl ist. Wahrscheinlich ist seine Datei beschädigt.',
  errorFileTooLarge: 'Diese Datei ist zu groß: Text darf bis zu 20 MB haben, ein Modell bis zu 1 GB.',
  errorFileUnreadable: 'Diese Datei ließ sich nicht lesen. Vielleicht wurde sie verschoben oder geändert.',
  errorNotText: 'Diese Datei ist kein Text.',
  errorOtherFormat:
    'Diese Datei ist kein Modell in einem Format, das diese Seite lesen kann. Öffnen lassen sich config.json, tokenizer.json und model.safetensors zusammen, als Ordner oder Zip, Checkpoints von PyTorch (.pt) und Zeichen-LSTMs von Keras (.keras, .h5).',
  errorTextTooShort: 'Das ist zu wenig Text zum Lernen. Ein paar Lieder, einige tausend Zeichen, sind ein Anfang.',
  errorTextTooLong: 'Das ist mehr Text, als eine Seite lernen kann. Mit der Kommandozeile geht es.',
  errorBadPairs: 'Ein Übersetzer lernt aus Paaren, eins je Zeile: Deutsch, ein Tabulator, Englisch.',
  errorBadRecipe: 'Eine der Zahlen im Plan ist nicht möglich.',
  errorOtherText: 'Der Zwischenstand gehört zu einem anderen Text.',
  errorOldCheckpoint: 'Der Zwischenstand stammt von einer früheren Version dieser Seite und lässt sich nicht fortsetzen.',
  noteDiverged: 'Der Verlust wuchs über alle Grenzen, meist wegen einer zu hohen Lernrate. Das Modell ist auf dem letzten guten Stand.',
  errorOwnModelGone: 'Dieses Modell ist in diesem Browser nicht mehr gespeichert.',
  errorNoLexicon: 'Für die Sprache dieses Modells fehlt ein Wörterbuch der Aussprache; ein Lied mit Form braucht eins.',
  errorBadModel: 'Die Dateien dieses Modells passen nicht zusammen.',
  benchTitle: 'Tempo dieses Geräts messen',
  partMissing: 'Ein Teil dieser Seite kam nicht an. Vielleicht fehlt die Verbindung, oder es gibt eine neue Version der Seite.',
  reload: 'Neu laden',
};
