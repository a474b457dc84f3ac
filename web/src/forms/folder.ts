// A folder chosen in the browser becomes the entries of one tar: pictures, and lists at its top level.
import { makeTar, type TarEntry } from "./tar";

const picturePattern = /\.(jpe?g|png|bmp|gif|webp|tiff?)$/i;
const listPattern = /\.(lst|json|jsonl|jsonlist|ndjson)$/i;

export interface FolderFile {
  name: string;
  size: number;
  lastModified: number;
  webkitRelativePath: string;
}

export interface FolderPlan<F extends FolderFile = File> {
  name: string;
  files: { path: string; file: F }[];
  pictures: number;
  classes: number;
  byteCount: number;
  skipped: number;
}

/** The chosen folder's own name is dropped, so that its sub-folders are the classes. Order: by path, in code units. */
export function planFolder<F extends FolderFile>(chosen: F[]): FolderPlan<F> {
  const plan: FolderPlan<F> = { name: chosen[0]?.webkitRelativePath.split("/")[0] ?? "", files: [], pictures: 0, classes: 0, byteCount: 0, skipped: 0 };
  const classes = new Set<string>();
  for (const file of chosen) {
    const parts = file.webkitRelativePath.split("/").slice(1);
    const path = parts.join("/");
    const hidden = parts.some((part) => part.startsWith("."));
    const picture = picturePattern.test(file.name);
    const list = parts.length === 1 && listPattern.test(file.name);
    if (hidden || !(picture || list)) {
      plan.skipped += 1;
      continue;
    }
    if (picture) plan.pictures += 1;
    if (picture && parts.length > 1) classes.add(parts[0]!);
    plan.byteCount += file.size;
    plan.files.push({ path, file });
  }
  plan.files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  plan.classes = classes.size;
  return plan;
}

export function tarOfFolder(plan: FolderPlan): Blob {
  const entries = plan.files.map(({ path, file }): TarEntry => ({ path, content: file, modifiedMs: file.lastModified }));
  return makeTar(entries);
}
