// What kind of text each model of the page can do, in one sentence. The model's card says more.

/** By model id; a visitor's own models have none. @type {Readonly<Record<string, import('../engine/protocol.js').Bilingual>>} */
export const SUITED = {
  'char-lstm-songs': {
    de: 'Dieses Modell kann Zeilen im Ton alter Lieder; ein Sinn hält selten länger als ein paar Zeilen.',
    en: 'This model can do lines in the manner of old songs; their sense seldom lasts more than a few lines.',
  },
  'gpt-songs': {
    de: 'Dieses Modell kann gereimte Lieder zu einem Titel, alte wie heutige; einen Gedanken hält es selten über mehrere Strophen.',
    en: 'This model can do rhymed songs to a title, old or modern; it seldom holds a thought over several stanzas.',
  },
  'gpt-lieder': {
    de: 'Dieses Modell kann deutsche Zeilen, die sich reimen; Sinn über eine Strophe hinaus ist selten.',
    en: 'This model can do German lines that rhyme; sense beyond a stanza is rare.',
  },
  'transformer-de-en': {
    de: 'Dieses Modell kann kurze Alltagssätze und Liedzeilen; seltene Wörter und lange Sätze missraten oft.',
    en: 'This model can do short everyday sentences and lines of songs; rare words and long sentences often go wrong.',
  },
  'seq2seq-de-en': {
    de: 'Dieses Modell kann kurze Alltagssätze und heutige Liedzeilen; in langen Sätzen und alten Versen verliert es den Faden.',
    en: 'This model can do short everyday sentences and lines of modern songs; in long ones and in old verse it loses the thread.',
  },
};
