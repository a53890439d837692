import { describe, expect, test } from 'vitest';
import { PacketFrames } from '../../../../src/pipeline/wire/packet-frames.ts';

const FULL_PAYLOAD = 0xff_ff_ff;

/** Packets as a server sends them; a payload of 16 MB or more takes several. */
function packetsOf(sent: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  let sequence = 1;
  for (const payload of sent) {
    for (let at = 0; ; at += FULL_PAYLOAD) {
      const part = payload.subarray(at, at + FULL_PAYLOAD);
      const header = Buffer.alloc(4);
      header.writeUIntLE(part.length, 0, 3);
      header[3] = sequence++ & 0xff;
      parts.push(header, part);
      if (part.length < FULL_PAYLOAD) break;
    }
  }
  return Buffer.concat(parts);
}

/** Payloads of 0 to 299 bytes, each of bytes of its own. */
function payloads(count: number): Buffer[] {
  return Array.from({ length: count }, (_, position) => Buffer.alloc((position * 37) % 300, position & 0xff));
}

/** Keeps what it takes, as late as it may. */
class Keeper {
  readonly taken: Buffer[] = [];
  onTake: () => void = () => {};
  #lent: Buffer[] = [];

  take(buffer: Buffer, offset: number, length: number): void {
    this.#lent.push(buffer.subarray(offset, offset + length));
    this.onTake();
  }

  giveBack(): void {
    this.taken.push(...this.#lent.map((lent) => Buffer.from(lent)));
    this.#lent = [];
  }
}

/** Reads bytes in pieces, all of them into the same memory, as a socket with a buffer of its own does. */
function readInPieces(frames: PacketFrames, bytes: Buffer, pieceLength: (piece: number) => number): void {
  const memory = Buffer.alloc(bytes.length);
  for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
    const length = Math.min(pieceLength(piece), bytes.length - at);
    bytes.copy(memory, 0, at, at + length);
    frames.read(memory.subarray(0, length));
    memory.fill(0xee);
    at += length;
  }
}

describe('packets are cut out of what a socket reads', () => {
  const sent = payloads(600);

  test.each([1, 2, 3, 4, 5, 7, 64, 299, 300, 1000, 65_536])('in pieces of %i bytes', (length) => {
    const keeper = new Keeper();
    readInPieces(new PacketFrames(keeper), packetsOf(sent), () => length);
    keeper.giveBack();
    expect(keeper.taken).toEqual(sent);
  });

  test('in pieces of ever other lengths', () => {
    const keeper = new Keeper();
    readInPieces(new PacketFrames(keeper), packetsOf(sent), (piece) => 1 + ((piece * 7919) % 523));
    keeper.giveBack();
    expect(keeper.taken).toEqual(sent);
  });

  test('and a payload of 16 MB and more is put together', () => {
    const long = [FULL_PAYLOAD - 1, FULL_PAYLOAD, FULL_PAYLOAD + 1, 2 * FULL_PAYLOAD].map((length) =>
      Buffer.alloc(length, length & 0xff),
    );
    const keeper = new Keeper();
    const all = [Buffer.from('before'), ...long, Buffer.from('after')];
    readInPieces(new PacketFrames(keeper), packetsOf(all), () => 2 ** 20);
    keeper.giveBack();
    expect(keeper.taken.map(({ length }) => length)).toEqual(all.map(({ length }) => length));
    expect(keeper.taken.every((payload, position) => payload.equals(all[position]!))).toBe(true);
  });

  test('and one that is missing is an error', () => {
    const bytes = packetsOf(sent.slice(0, 4));
    const second = 4 + sent[0]!.length;
    const third = second + 4 + sent[1]!.length;
    const frames = new PacketFrames(new Keeper());
    expect(() => frames.read(Buffer.concat([bytes.subarray(0, second), bytes.subarray(third)]))).toThrow(
      'out of order: 3 came after 1',
    );
  });
});

describe('while it is paused', () => {
  test('nothing is handed on, and nothing is lost', () => {
    const sent = payloads(600);
    const keeper = new Keeper();
    const frames = new PacketFrames(keeper);
    let taken = 0;
    keeper.onTake = () => {
      taken += 1;
      if (taken % 5 === 0) frames.pause();
    };
    // The socket is paused too, but may have read before.
    readInPieces(frames, packetsOf(sent), () => 2000);
    expect(taken).toBe(5);
    let resumes = 0;
    while (!frames.resume()) {
      resumes += 1;
      expect(taken).toBe(5 * (resumes + 1));
    }
    keeper.giveBack();
    expect(taken).toBe(600);
    expect(keeper.taken).toEqual(sent);
  });
});
