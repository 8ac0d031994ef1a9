/** German texts of the candidates for a line. @type {typeof import('../en/candidates.js').candidates} */
export const candidates = {
  lineCandidates: 'Kandidaten für diese Zeile',
  lineChosen: 'gewählt',
  lineLed: 'auf einen Reim hin gelenkt',
  'lost-rhyme': 'reimt sich schlechter',
  'lost-likely': 'unwahrscheinlicher',
  'lost-context': 'passt schlechter zum Lied',
  'lost-repeats': 'wiederholt mehr',
  'lost-words': 'mehr Wörter, die nicht im Wörterbuch stehen',
  'lost-length': 'trifft die gewünschte Länge schlechter',
  'lost-ending': 'endet schlechter',
};
