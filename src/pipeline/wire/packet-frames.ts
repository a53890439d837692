/** What packets are handed to. */
export interface PacketTaker {
  /** Takes a packet's payload. The buffer is only lent, until `giveBack` is called. */
  take(buffer: Buffer, offset: number, length: number, sequence: number): void;
  /** What was handed on up to now is overwritten once this returns. */
  giveBack(): void;
}

const HEADER_BYTES = 4;
/** A payload of this length goes on in the next packet (MySQL client/server protocol, "Sending More Than 16Mb"). */
const FULL_PAYLOAD = 0xff_ff_ff;
const FIRST_GATHERED_BYTES = 16 * 1024;
/** What a few long rows made larger than this is not kept. */
const KEPT_GATHERED_BYTES = 1024 * 1024;

/**
 * Cuts what a socket reads into MySQL's packets: three bytes of length, one of sequence, and the payload. A packet that
 * lies in one read, as almost all do, is handed on where it lies; one that does not is gathered first. Nothing is kept
 * of what is read but copies, so that the socket may read into the same memory again.
 *
 * While it is paused nothing is handed on.
 */
export class PacketFrames {
  readonly #taker: PacketTaker;
  /** Whether a packet has begun whose end has not come yet. */
  #begun = false;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerLength = 0;
  /** Its payload so far, and those before it that it continues. */
  #gathered = Buffer.allocUnsafeSlow(FIRST_GATHERED_BYTES);
  #gatheredLength = 0;
  #missing = 0;
  #sequence: number | null = null;
  #paused = false;
  #waiting: Buffer[] = [];

  constructor(taker: PacketTaker) {
    this.#taker = taker;
  }

  pause(): void {
    this.#paused = true;
  }

  /** Hands on what came before and during the pause. Returns whether all of it was, and no new pause began. */
  resume(): boolean {
    this.#paused = false;
    while (!this.#paused) {
      const bytes = this.#waiting.shift();
      if (bytes === undefined) return true;
      this.read(bytes);
    }
    return false;
  }

  /** Throws an Error where a packet is missing, and what the taker throws; nothing may be read after that. */
  read(bytes: Buffer): void {
    if (this.#paused) {
      this.#waiting.push(Buffer.from(bytes));
      return;
    }
    let at = this.#begun ? this.#gather(bytes, 0) : 0;
    while (!this.#paused && bytes.length - at >= HEADER_BYTES) {
      const length = payloadLength(bytes, at);
      const end = at + HEADER_BYTES + length;
      if (end > bytes.length || length === FULL_PAYLOAD) break;
      const sequence = this.#follow(bytes[at + 3]!);
      this.#taker.take(bytes, at + HEADER_BYTES, length, sequence);
      at = end;
    }
    this.#taker.giveBack();
    while (at < bytes.length) {
      if (this.#paused) {
        this.#waiting.unshift(Buffer.from(bytes.subarray(at)));
        return;
      }
      at = this.#gather(bytes, at);
    }
  }

  /** Gathers one packet, or its beginning, and returns where the bytes after it begin. */
  #gather(bytes: Buffer, from: number): number {
    this.#begun = true;
    let at = from;
    for (;;) {
      if (this.#headerLength < HEADER_BYTES) {
        const taken = bytes.copy(this.#header, this.#headerLength, at);
        at += taken;
        this.#headerLength += taken;
        if (this.#headerLength < HEADER_BYTES) return at;
        this.#missing = payloadLength(this.#header, 0);
        this.#follow(this.#header[3]!);
        this.#reserve(this.#missing);
      }
      const taken = bytes.copy(this.#gathered, this.#gatheredLength, at, at + this.#missing);
      at += taken;
      this.#gatheredLength += taken;
      this.#missing -= taken;
      if (this.#missing > 0) return at;
      this.#headerLength = 0;
      if (payloadLength(this.#header, 0) !== FULL_PAYLOAD) break;
    }
    this.#handOnGathered();
    return at;
  }

  #handOnGathered(): void {
    const length = this.#gatheredLength;
    this.#begun = false;
    this.#gatheredLength = 0;
    this.#taker.take(this.#gathered, 0, length, this.#header[3]!);
    if (this.#gathered.length <= KEPT_GATHERED_BYTES) return;
    this.#taker.giveBack();
    this.#gathered = Buffer.allocUnsafeSlow(FIRST_GATHERED_BYTES);
  }

  #reserve(bytes: number): void {
    const needed = this.#gatheredLength + bytes;
    if (needed <= this.#gathered.length) return;
    const grown = Buffer.allocUnsafeSlow(needed);
    this.#gathered.copy(grown, 0, 0, this.#gatheredLength);
    this.#gathered = grown;
  }

  /** Checks that a packet follows the one before. */
  #follow(sequence: number): number {
    const expected = this.#sequence;
    // Each answer of the server begins with 0 or 1 again.
    if (sequence > 1 && expected !== null && sequence !== ((expected + 1) & 0xff)) {
      throw new Error(`packets are out of order: ${sequence} came after ${expected}`);
    }
    this.#sequence = sequence;
    return sequence;
  }
}

function payloadLength(bytes: Buffer, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
}
