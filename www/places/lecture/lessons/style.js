// The chapter on style transfer.

/** @type {readonly import('./steps.js').LectureStep[]} */
export const STYLE = [
  {
    title: { de: '2015: Stil als Statistik', en: '2015: style as statistics' },
    text: {
      de: 'Was ist der Stil eines Bildes? Leon Gatys, Alexander Ecker und Matthias Bethge schlugen 2015 vor: das, was übrig bleibt, wenn man vergisst, wo etwas ist. Faltungen finden in einem Bild Merkmale F, jedes mit einem Wert an jeder Stelle. Die Gram-Matrix G sagt für je zwei Merkmale, wie stark sie zusammen vorkommen, über alle Stellen gemittelt.\n\nPinselstriche, Fugen und Farben hinterlassen darin ihre Spur, Haus und Baum nicht.',
      en: 'What is the style of a picture? Leon Gatys, Alexander Ecker and Matthias Bethge proposed in 2015: it is what is left once you forget where things are. Convolutions find features F in a picture, each with a value at every place. The Gram matrix G says for any two features how strongly they occur together, averaged over all places.\n\nBrush strokes, joints and colours leave their trace in it; house and tree do not.',
    },
    formula: 'gram',
    excerpt: 'gram',
    live: ['gramMatrix'],
    places: ['style'],
  },
  {
    title: { de: 'Die Pixel lernen', en: 'The pixels learn' },
    text: {
      de: 'Sonst stehen die Bilder fest, und das Netz lernt. Hier ist es umgekehrt: Die Filter bleiben, wie sie sind, und Adam verschiebt die Pixel. Ein Verlust zieht das Bild zum Inhalt, der andere zur Gram-Matrix des Stils.\n\nDas Original brauchte ein Netz, das an Millionen Fotos gelernt hat. Für Texturen genügen zufällige Filter in mehreren Größen, wie Ustyuzhaninov und andere 2016 zeigten; diese Seite nimmt solche.',
      en: 'Usually the pictures are fixed and the network learns. Here it is the other way round: the filters stay as they are, and Adam moves the pixels. One loss pulls the picture towards the content, the other towards the Gram matrix of the style.\n\nThe original needed a network that had learned from millions of photos. For textures random filters of several sizes will do, as Ustyuzhaninov and others showed in 2016; this page uses such filters.',
    },
    formula: 'styleLoss',
    excerpt: 'styleStep',
    live: ['gramMatrix'],
    places: ['style'],
  },
];
