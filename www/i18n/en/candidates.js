/** English texts of the candidates for a line. */
export const candidates = {
  lineCandidates: 'Candidates for this line',
  lineChosen: 'chosen',
  lineLed: 'steered to a rhyme',
  'lost-rhyme': 'rhymes less well',
  'lost-likely': 'less likely',
  'lost-context': 'fits the song less well',
  'lost-repeats': 'repeats more',
  'lost-words': 'more words not in the dictionary',
  'lost-length': 'further from the requested length',
  'lost-ending': 'ends less well',
};
