// The chapter on latent diffusion.

/** @type {readonly import('./steps.js').LectureStep[]} */
export const DIFFUSION = [
  {
    title: { de: '2021: Bilder aus Rauschen', en: '2021: pictures out of noise' },
    text: {
      de: 'DALL·E und Stable Diffusion zeichnen, was man schreibt. Der Weg dahin ist schlicht: Man mischt einem Bild x immer mehr Rauschen ε bei, bis nur noch Rauschen übrig ist, und ein Netz lernt zu sagen, was davon Bild und was Rauschen ist. Zum Zeichnen beginnt man mit reinem Rauschen und nimmt in zwanzig Schritten heraus, was das Netz dafür hält.\n\nGerechnet wird nicht mit Pixeln, sondern mit der kleinen Fassung eines Autoencoders (latent): hier 4 × 8 × 8 statt 3 × 32 × 32 Zahlen. Damit ein Satz lenkt, schaut jede Stelle des Bildes mit Attention auf die Wörter. Und was der Satz gegenüber dem leeren Satz ändert, wird verstärkt: der Faktor w heißt Guidance.',
      en: 'DALL·E and Stable Diffusion draw what one writes. The way there is plain: mix more and more noise ε into a picture x until nothing but noise is left, and have a network learn to say which part is picture and which is noise. To draw, begin with pure noise and in twenty steps take out what the network takes for noise.\n\nThe numbers are not pixels but the small version that an autoencoder makes of them (the latent): here 4 × 8 × 8 numbers instead of 3 × 32 × 32. For a sentence to steer, every place of the picture attends to its words. And what the sentence changes, compared with an empty one, is amplified: the factor w is called guidance.',
    },
    formula: 'diffusion',
    excerpt: 'diffusionStep',
    live: ['noising'],
    places: ['draw', 'caption'],
  },
];
