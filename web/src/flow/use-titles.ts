// Names of operations and their parameters in the reader's language: English comes from the server, Chinese from the catalogue.
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Operation } from "@/api/preprocess";
import { choiceTitles, operationTitles, parameterTitles, unitTitles } from "@/i18n/zh-cn/operations";

const words = (name: string) => name.replace(/[_-]/g, " ");
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export interface Titles {
  operation: (operation: Operation) => string;
  named: (name: string, operations: readonly Operation[]) => string;
  parameter: (name: string) => string;
  choice: (name: string) => string;
  unit: (name: string) => string;
  /** The server's sentences are English. */
  hasDocs: boolean;
}

export function useTitles(): Titles {
  const { i18n } = useTranslation();
  const zh = i18n.language === "zh-CN";
  return useMemo(() => {
    const operation = (one: Operation) => (zh && operationTitles[one.name]) || one.title || one.name;
    return {
      operation,
      named: (name, operations) => {
        const one = operations.find((known) => known.name === name);
        return one ? operation(one) : name;
      },
      parameter: (name) => (zh ? parameterTitles[name] : undefined) ?? capital(words(name)),
      choice: (name) => (zh ? choiceTitles[name] : undefined) ?? words(name),
      unit: (name) => (zh ? unitTitles[name] : undefined) ?? name,
      hasDocs: !zh,
    };
  }, [zh]);
}
