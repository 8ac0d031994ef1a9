// The chapter on latent diffusion.

/** @type {readonly import('./steps.js').LectureStep[]} */
export const DIFFUSION = [
  {
    title: { de: '2021: Bilder aus Rauschen', en: '2021: pictures out of noise' },
    text: {
      de: 'DALL·E und Stable Diffusion zeichnen, was man beschreibt. Die Idee ist einfach: Man mischt einem Bild x immer mehr Rauschen ε bei, bis nur noch Rauschen übrig ist, und trainiert ein Netz darauf, Bild und Rauschen zu unterscheiden. Zum Zeichnen beginnt man mit reinem Rauschen und entfernt in zwanzig Schritten, was das Netz für Rauschen hält.\n\nGerechnet wird nicht mit Pixeln, sondern mit der verkleinerten Darstellung eines Autoencoders, dem Latent: hier 4 × 8 × 8 statt 3 × 32 × 32 Zahlen. Der Satz lenkt das Zeichnen, indem jede Stelle des Bildes mit Attention auf seine Wörter schaut. Was der Satz gegenüber einem leeren Satz verändert, wird verstärkt; der Faktor w heißt Guidance.',
      en: 'DALL·E and Stable Diffusion draw what you describe. The idea is simple: mix more and more noise ε into a picture x until only noise is left, and train a network to tell the picture from the noise. To draw, start with pure noise and remove, in twenty steps, what the network considers noise.\n\nThe network works not on pixels but on the latent, a smaller representation made by an autoencoder: here 4 × 8 × 8 numbers instead of 3 × 32 × 32. A sentence guides the drawing because every place in the picture attends to its words. What the sentence changes compared with an empty one is amplified; the factor w is called guidance.',
    },
    formula: 'diffusion',
    excerpt: 'diffusionStep',
    live: ['noising'],
    places: ['draw', 'caption'],
  },
];
