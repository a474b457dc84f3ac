// The word for a format: translated where the catalogue has it, else the server's own name.
import type { TFunction } from "i18next";

export const formatName = (t: TFunction, format: string): string => t(`format.name.${format}`, { defaultValue: format });
