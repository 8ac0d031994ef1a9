// A separate worker for preprocessing. It learns byte-pair encodings, which takes the full module; that is only
// downloaded once the view is opened.

import { startModule } from './module.js';
import { serve } from './serve.js';

serve(async (/** @type {import('./preparer.js').PrepareCommand} */ { text, language, merges }) => {
  const module = await startModule('full');
  return { result: module.prepareText(text, language, merges) };
});
