// Comparisons of a filter: what a field can be compared with, and what a typed value means.
import type { Term } from "@/api/preprocess";

const counted = new Set(["entries", "classes"]);
const forNumbers: Term["is"][] = ["==", "!=", "<", "<=", ">", ">="];
const forTexts: Term["is"][] = ["==", "!=", "contains", "starts_with"];

/** The fields offered; any other top-level member of a row can be typed as `member.NAME`. */
export const usualFields = ["entries", "classes", "url", "member.split", "member.source_url"] as const;

export const newTerm: Term = { field: "entries", is: ">=", value: 1 };

export function comparisonsOf(field: string): Term["is"][] {
  if (counted.has(field)) return forNumbers;
  return field === "url" ? forTexts : [...new Set([...forNumbers, ...forTexts])];
}

/** What was typed for a member: a number, true or false, else a text; in quotes always a text. */
export function valueOf(typed: string, field: string, is: Term["is"]): Term["value"] {
  const quoted = /^"(.*)"$/.exec(typed);
  if (quoted) return quoted[1] ?? "";
  if (field === "url" || is === "contains" || is === "starts_with") return typed;
  const number = Number(typed);
  if (typed.trim() !== "" && Number.isFinite(number)) return number;
  if (is === "==" || is === "!=") return typed === "true" ? true : typed === "false" ? false : typed;
  return 0;
}

/** The text that means the value again. */
export const typedOf = ({ field, value, is }: Term): string =>
  typeof value === "string" && valueOf(value, field, is) !== value ? `"${value}"` : String(value);

/** A changed term is one that can be. */
export function repaired(term: Term): Term {
  const known = comparisonsOf(term.field);
  const is = known.includes(term.is) ? term.is : "==";
  const ordered = is !== "==" && forNumbers.includes(is);
  const typed = ordered ? String(term.value) : typedOf(term);
  const value = counted.has(term.field) ? Number(term.value) || 0 : valueOf(typed, term.field, is);
  return { field: term.field, is, value };
}
