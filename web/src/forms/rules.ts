// Rules shared by forms. The server decides in the end; these only spare a round trip.
import type { Rule } from "antd/es/form";
import type { TFunction } from "i18next";

/** U3.1-10 as the server has it: letters of any script, because names may be Chinese, and then two characters say enough. */
export const namePattern = /^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_.-]{1,62}$/u;

export const nameRules = (t: TFunction, field: string): Rule[] => [
  { required: true, message: t("rule.required", { field }) },
  { pattern: namePattern, message: t("rule.name") },
];

export const descriptionRules = (t: TFunction): Rule[] => [{ max: 500, message: t("rule.description") }];

export const newPasswordRule = (t: TFunction): Rule => ({ required: true, min: 8, message: t("rule.passwordLength") });

export const confirmRule =
  (t: TFunction, other: string): Rule =>
  ({ getFieldValue }) => ({
    validator: (_, value) =>
      value === getFieldValue(other) ? Promise.resolve() : Promise.reject(new Error(t("rule.passwordSame"))),
  });

/** The object a text stands for, or the reason why it stands for none. Empty text is the empty object. */
export function parseJsonObject(text: string): { value: Record<string, unknown> } | { reason: string } {
  if (text.trim() === "") return { value: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { value: value as Record<string, unknown> };
    return { reason: "{ }" };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
