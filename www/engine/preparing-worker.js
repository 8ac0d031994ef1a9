// A worker of its own for the steps of a text's preparation. They learn byte pairs, and what learns is in the
// larger module: who never looks at the steps never fetches it.

import { startModule } from './module.js';
import { serve } from './serve.js';

serve(async (/** @type {import('./preparer.js').PrepareCommand} */ { text, language, merges }) => {
  const module = await startModule('full');
  return { result: module.prepareText(text, language, merges) };
});
