// Elements in a row: a workgroup takes the next CHUNK of them, its invocations in turns, so that
// neighbouring invocations touch neighbouring words.
const LANES: u32 = 256u;
const CHUNK: u32 = 1024u;
