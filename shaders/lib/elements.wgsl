// Each workgroup takes the next CHUNK elements. Its invocations take turns, so that adjacent invocations
// access adjacent words.
const LANES: u32 = 256u;
const CHUNK: u32 = 1024u;
