// What the form of a ready-made set holds, and the request it becomes.
import type { NewDataset, Upload } from "@/api/types";
import { withoutPrefix } from "./source-input";

export type SetChoice = "upload" | "uri" | "prefix";
export const roles = ["data", "index", "labels"] as const;
export type Role = (typeof roles)[number];

/** Where each file of the set is: on this machine, or in a bucket. */
export interface SetSource {
  choice: SetChoice;
  files: Partial<Record<Role, File | null>>;
  paths: Partial<Record<Role, string>>;
}

export interface SetValues {
  name: string;
  description?: string;
  format: string;
  task: string;
  split: "train" | "val" | "test";
  label?: string;
}

export const noSet: SetSource = { choice: "upload", files: {}, paths: {} };

export const hasData = ({ choice, files, paths }: SetSource): boolean => (choice === "upload" ? Boolean(files.data) : Boolean(paths.data?.trim()));

const uri = (path = ""): string => `qiniu:///${withoutPrefix(path.trim())}`;

/** Files of this machine are sent by `send`, one after the other. */
export async function sourceOf({ choice, files, paths }: SetSource, send: (file: File) => Promise<Upload>): Promise<NewDataset["source"]> {
  if (choice === "prefix") return { kind: "prefix", uri: uri(paths.data).replace(/\/?$/, "/") };
  const source: NewDataset["source"] = { kind: choice };
  for (const role of roles) {
    const prefix = role === "data" ? "" : (`${role}_` as const);
    const file = files[role];
    if (choice === "upload" && file) source[`${prefix}upload_id`] = (await send(file)).id;
    if (choice === "uri" && paths[role]?.trim()) source[`${prefix}uri`] = uri(paths[role]);
  }
  return source;
}
