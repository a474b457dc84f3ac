import { expect, test } from "vitest";
import type { Upload } from "@/api/types";
import { hasData, noSet, sourceOf } from "./set-values";

// Node 18, Debian's, knows no File outside node:buffer.
const fileCalled = (name: string) => Object.assign(new Blob(["x"]), { name }) as File;
const send = (file: File) => Promise.resolve({ id: `up_${file.name}` } as Upload);

test("files of this machine are sent, and only those that were chosen", async () => {
  const files = { data: fileCalled("data.rec"), labels: fileCalled("labels.csv"), index: null };
  expect(await sourceOf({ ...noSet, files }, send)).toEqual({ kind: "upload", upload_id: "up_data.rec", labels_upload_id: "up_labels.csv" });
});

test("places in a bucket are named by the qiniu protocol, pasted with its prefix or without", async () => {
  const paths = { data: "qiniu:///b/data.rec", index: " b/data.idx ", labels: "" };
  expect(await sourceOf({ choice: "uri", files: {}, paths }, send)).toEqual({ kind: "uri", uri: "qiniu:///b/data.rec", index_uri: "qiniu:///b/data.idx" });
});

test("a prefix ends as a folder does", async () => {
  expect(await sourceOf({ choice: "prefix", files: {}, paths: { data: "b/sets" } }, send)).toEqual({ kind: "prefix", uri: "qiniu:///b/sets/" });
});

test("there is no set without a data file", () => {
  expect(hasData(noSet)).toBe(false);
  expect(hasData({ ...noSet, choice: "uri", paths: { index: "b/x" } })).toBe(false);
  expect(hasData({ ...noSet, choice: "uri", paths: { data: "b/x" } })).toBe(true);
});
