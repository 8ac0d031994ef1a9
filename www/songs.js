// First stanzas of German songs in the public domain, offered as examples. The spelling is modernized, since the
// translators were trained on modern texts.

/**
 * @typedef {object} GermanSong
 * @property {string} title
 * @property {import('./engine/protocol.js').Bilingual} author a name, or the origin of a folk song
 * @property {string} text
 */

/** @param {string} name */
const by = (name) => ({ de: name, en: name });

/** @type {readonly GermanSong[]} */
export const GERMAN_SONGS = [
  {
    title: 'Loreley',
    author: by('Heinrich Heine'),
    text: `Ich weiß nicht, was soll es bedeuten,
Dass ich so traurig bin;
Ein Märchen aus alten Zeiten,
Das kommt mir nicht aus dem Sinn.`,
  },
  {
    title: 'Der Lindenbaum',
    author: by('Wilhelm Müller'),
    text: `Am Brunnen vor dem Tore,
Da steht ein Lindenbaum;
Ich träumt in seinem Schatten
So manchen süßen Traum.`,
  },
  {
    title: 'Heidenröslein',
    author: by('Johann Wolfgang Goethe'),
    text: `Sah ein Knab ein Röslein stehn,
Röslein auf der Heiden,
War so jung und morgenschön,
Lief er schnell, es nah zu sehn,
Sah's mit vielen Freuden.
Röslein, Röslein, Röslein rot,
Röslein auf der Heiden.`,
  },
  {
    title: 'Mondnacht',
    author: by('Joseph von Eichendorff'),
    text: `Es war, als hätt der Himmel
Die Erde still geküsst,
Dass sie im Blütenschimmer
Von ihm nun träumen müsst.`,
  },
  {
    title: 'Alle Vögel sind schon da',
    author: by('A. H. Hoffmann von Fallersleben'),
    text: `Alle Vögel sind schon da,
Alle Vögel, alle!
Welch ein Singen, Musizieren,
Pfeifen, Zwitschern, Tirilieren!
Frühling will nun einmarschieren,
Kommt mit Sang und Schalle.`,
  },
  {
    title: 'Die Gedanken sind frei',
    author: { de: 'Volkslied, um 1800', en: 'folk song, about 1800' },
    text: `Die Gedanken sind frei,
Wer kann sie erraten?
Sie fliegen vorbei
Wie nächtliche Schatten.
Kein Mensch kann sie wissen,
Kein Jäger erschießen
Mit Pulver und Blei:
Die Gedanken sind frei!`,
  },
];

/** Initial texts of the Read view. */
export const READ_TEXTS = {
  tagged: 'Das Kind singt ein schönes Lied.\nThe rose of the garden will never rose again.',
  judged: 'Everything arrived on time and works beautifully.\nDer Sänger war heiser, und das Licht ging aus.\nThe concert begins at eight.',
  masked: 'Am Morgen trinke ich eine Tasse ___.',
};
