/**
 * `<liedwerk-song model prompt seed temperature length title style scheme lines stanzas lexicon>`: writes a song and
 * then fires `written`, with the song as its `detail`; or `error`, with what went wrong. The song is the part `song`.
 */
export class LiedwerkSong extends HTMLElement {
  /** The song as far as it is written. */
  readonly text: string;
}

declare global {
  interface HTMLElementTagNameMap {
    'liedwerk-song': LiedwerkSong;
  }
}
