// Make an uncompressed tar out of browser files without reading them: headers and padding are small, the files stay
// references inside one Blob, so a folder of any size costs a kilobyte of memory per picture.
// Source: POSIX.1-2017 pax interchange format (ustar header, extended header type x).

export interface TarEntry {
  path: string;
  content: Blob;
  modifiedMs: number;
}

const blockSize = 512;
const encoder = new TextEncoder();

function writeText(block: Uint8Array, offset: number, length: number, text: Uint8Array): void {
  block.set(text.subarray(0, length), offset);
}

/** Octal, zero-padded, NUL-terminated; sizes from 8 GiB use the base-256 form that GNU tar and libarchive read. */
function writeNumber(block: Uint8Array, offset: number, length: number, value: number): void {
  const digits = Math.floor(value).toString(8);
  if (digits.length < length) {
    writeText(block, offset, length, encoder.encode(digits.padStart(length - 1, "0") + "\0"));
    return;
  }
  let rest = value;
  for (let at = offset + length - 1; at > offset; at -= 1) {
    block[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  block[offset] = 0x80;
}

function header(name: Uint8Array, size: number, modifiedMs: number, type: "0" | "x"): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(blockSize);
  writeText(block, 0, 100, name);
  writeNumber(block, 100, 8, 0o644);
  writeNumber(block, 108, 8, 0);
  writeNumber(block, 116, 8, 0);
  writeNumber(block, 124, 12, size);
  writeNumber(block, 136, 12, Math.max(0, Math.floor(modifiedMs / 1000)));
  block.fill(0x20, 148, 156);
  writeText(block, 156, 1, encoder.encode(type));
  writeText(block, 257, 8, encoder.encode("ustar\u000000"));
  const sum = block.reduce((total, byte) => total + byte, 0);
  writeText(block, 148, 8, encoder.encode(sum.toString(8).padStart(6, "0") + "\0 "));
  return block;
}

function padding(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((blockSize - (size % blockSize)) % blockSize);
}

/** One pax record "<length> path=<value>\n", where the length counts its own digits. */
export function paxPathRecord(path: string): Uint8Array<ArrayBuffer> {
  const body = encoder.encode(` path=${path}\n`);
  let length = body.length + 1;
  while (String(length).length + body.length !== length) length = String(length).length + body.length;
  return new Uint8Array([...encoder.encode(String(length)), ...body]);
}

function needsPax(name: Uint8Array): boolean {
  return name.length > 100 || name.some((byte) => byte > 0x7e || byte < 0x20);
}

function entryParts(entry: TarEntry): BlobPart[] {
  const name = encoder.encode(entry.path);
  const parts: BlobPart[] = [];
  if (needsPax(name)) {
    const record = paxPathRecord(entry.path);
    parts.push(header(encoder.encode("PaxHeaders/entry"), record.length, entry.modifiedMs, "x"), record, padding(record.length));
  }
  parts.push(header(name, entry.content.size, entry.modifiedMs, "0"), entry.content, padding(entry.content.size));
  return parts;
}

export function makeTar(entries: TarEntry[]): Blob {
  const parts = entries.flatMap(entryParts);
  parts.push(new Uint8Array(2 * blockSize));
  return new Blob(parts, { type: "application/x-tar" });
}
