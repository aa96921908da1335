/** Reads Server-Sent Events from the bytes of a stream. */

/** `data` is empty for one that only tells its id. */
export interface Frame {
  readonly id: string;
  readonly data: string;
}

export class FrameReader {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #id = "";
  #data: string[] = [];

  /** The frames that are complete with this part of the stream, wherever it was split. */
  feed(part: Uint8Array): Frame[] {
    const text = this.#rest + this.#decoder.decode(part, { stream: true });
    // A \r at the end may be the first half of \r\n.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): Frame[] {
    if (line === "") {
      const frame = { id: this.#id, data: this.#data.join("\n") };
      const isEmpty = this.#id === "" && this.#data.length === 0;
      this.#id = "";
      this.#data = [];
      return isEmpty ? [] : [frame];
    }
    const [, name = line, value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === "id") this.#id = value;
    if (name === "data") this.#data.push(value);
    return [];
  }
}
