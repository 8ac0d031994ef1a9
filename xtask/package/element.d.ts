/**
 * `<liedwerk-song model prompt seed temperature length title style scheme lines stanzas lexicon>`: writes a song, then
 * fires `written` with the song as its `detail`, or `error` with the error. Style the song as `::part(song)`.
 */
export class LiedwerkSong extends HTMLElement {
  /** The song so far. */
  readonly text: string;
}

declare global {
  interface HTMLElementTagNameMap {
    'liedwerk-song': LiedwerkSong;
  }
}
