// The example song shown, and labelled as such, until a model has loaded.

/** The link that reproduces the example. */
export const EXAMPLE_LINK =
  'model=gpt-songs&title=The%20Last%20Train&style=modern&scheme=XAXA&syllables=6-9&stanzas=3&temperature=0.7&top-p=1&min-p=0.03&seed=25';

/** @type {{ title: string, text: string, origin: import('./engine/protocol.js').Bilingual }} */
export const EXAMPLE = {
  title: 'The Last Train',
  text: `The last train ran down on our street,
the train went by at three.
We went to see the people there,
and we were young and free.

We had no money, had no plan,
the sun was on the pane.
We sat there in the wind and rain,
we did not see the train.

The driver said, "Let's walk again?"
He said, "We'll go to sea."
We laughed so hard, we sat and cried,
we looked down at a tree.`,
  origin: {
    de: 'vom GPT geschrieben, Zufallszahl 25',
    en: 'written by the GPT, seed 25',
  },
};

/** Suggested titles for rhyming songs, used in turn. @type {Readonly<Record<'de' | 'en', readonly string[]>>} */
export const EXAMPLE_TITLES = {
  de: ['Der letzte Zug', 'Erster Schnee', 'Die alte Gitarre', 'Sommer am See'],
  en: ['The Last Train', 'First Snow', 'The Old Guitar', 'Summer by the Sea'],
};
