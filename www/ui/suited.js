// What kind of text each model of the page is made for, in one sentence. The model's card says more.

/** By model id; a visitor's own models have none. @type {Readonly<Record<string, import('../engine/protocol.js').Bilingual>>} */
export const SUITED = {
  'char-lstm-songs': {
    de: 'Gemacht für Zeilen im Ton alter Lieder; ein Sinn hält selten länger als ein paar Zeilen.',
    en: 'Made for lines in the manner of old songs; they seldom make sense for longer than a few lines.',
  },
  'gpt-songs': {
    de: 'Gemacht für gereimte Lieder zu einem Titel, alte wie heutige; ein Gedanke hält selten über mehrere Strophen.',
    en: 'Made for rhymed songs on a given title, old or modern; a thought seldom lasts for several stanzas.',
  },
  'gpt-lieder': {
    de: 'Gemacht für deutsche Lieder, die sich reimen; Sinn über eine Strophe hinaus ist selten.',
    en: 'Made for German songs that rhyme; they rarely make sense beyond a stanza.',
  },
  'transformer-de-en': {
    de: 'Gemacht für kurze Alltagssätze und Liedzeilen; seltene Wörter und lange Sätze missraten oft.',
    en: 'Made for short everyday sentences and lines of songs; rare words and long sentences often go wrong.',
  },
  'seq2seq-de-en': {
    de: 'Gemacht für kurze Alltagssätze und heutige Liedzeilen; in langen Sätzen und alten Versen verliert es den Faden.',
    en: 'Made for short everyday sentences and lines of modern songs; in long sentences and old verse it loses the thread.',
  },
};
