// What stands on the sheet before any model has arrived: worth reading, and said to be an example.

/** The link that writes the example. */
export const EXAMPLE_LINK =
  'model=gpt-songs&title=The%20Last%20Train&style=modern&scheme=XAXA&syllables=6-9&stanzas=3&temperature=0.9&top-p=1&min-p=0.03&seed=3';

/** @type {{ title: string, text: string, origin: import('./engine/protocol.js').Bilingual }} */
export const EXAMPLE = {
  title: 'The Last Train',
  text: `You say it is the last train now,
the train has gone away.
It has been there since early spring,
I take the train to play.

Hello, old train, you do not know,
the road is long and deep.
You cannot look, you cannot see,
and you will be asleep.

You came back home, you brought a train,
you brought me home to you.
You said that you would always come,
and I will always do.`,
  origin: {
    de: 'vom GPT geschrieben, Zufallszahl 3',
    en: 'written by the GPT, seed 3',
  },
};

/** What a song that rhymes may be about: one after the other. @type {Readonly<Record<'de' | 'en', readonly string[]>>} */
export const EXAMPLE_TITLES = {
  de: ['Der letzte Zug', 'Erster Schnee', 'Die alte Gitarre', 'Sommer am See'],
  en: ['The Last Train', 'First Snow', 'The Old Guitar', 'Summer by the Sea'],
};
