// Light or dark: follows the system unless the user chose; antd gets its algorithm, our own CSS gets variables.
import { theme as antdTheme, type ThemeConfig } from "antd";
import { useEffect, useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";

const storageKey = "ava.theme";
const darkQuery = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  darkQuery.addEventListener("change", changed);
  return () => {
    listeners.delete(changed);
    darkQuery.removeEventListener("change", changed);
  };
}

export function themeChoice(): ThemeChoice {
  const stored = localStorage.getItem(storageKey);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function setThemeChoice(choice: ThemeChoice): void {
  if (choice === "system") localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, choice);
  for (const listener of listeners) listener();
}

function isDarkNow(): boolean {
  const choice = themeChoice();
  return choice === "dark" || (choice === "system" && darkQuery.matches);
}

export const useThemeChoice = () => useSyncExternalStore(subscribe, themeChoice);
export const useIsDark = () => useSyncExternalStore(subscribe, isDarkNow);

/** Categorical colours of curves and bars, tuned for each background. */
export const seriesColors = {
  light: ["#2459d6", "#d9660b", "#0f8a5f", "#8a3fc7", "#b8860b", "#c4314b", "#0b7f99", "#5f6b7a"],
  dark: ["#6d9bff", "#f0954a", "#3fbf8f", "#b98af0", "#d9b23f", "#f07a8c", "#49b8d1", "#9aa6b5"],
};

const variables = {
  light: { line: "#e3e6ea", "line-strong": "#b9c0c9", soft: "#f6f7f9", card: "#ffffff", "series-1": seriesColors.light[0] },
  dark: { line: "#2c3138", "line-strong": "#4a515b", soft: "#1b1f25", card: "#171a1f", "series-1": seriesColors.dark[0] },
};

export function useDocumentTheme(dark: boolean): void {
  useEffect(() => {
    const root = document.documentElement;
    root.dataset.theme = dark ? "dark" : "light";
    for (const [name, value] of Object.entries(variables[dark ? "dark" : "light"])) root.style.setProperty(`--${name}`, value ?? "");
  }, [dark]);
}

export function antdThemeConfig(dark: boolean): ThemeConfig {
  return {
    algorithm: dark ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
    token: {
      colorPrimary: dark ? "#5b8cff" : "#2459d6",
      colorInfo: dark ? "#8fb3ff" : "#2459d6",
      colorLink: dark ? "#7ba4ff" : "#2459d6",
      colorLinkHover: dark ? "#a9c5ff" : "#17409e",
      colorLinkActive: dark ? "#a9c5ff" : "#17409e",
      colorBgLayout: dark ? "#0f1114" : "#f3f5f8",
      ...(dark ? { colorBgContainer: "#171a1f", colorBgElevated: "#1e2228" } : {}),
      borderRadius: 8,
      fontFamily: "inherit",
      motion: !window.matchMedia?.("(prefers-reduced-motion: reduce)").matches,
    },
    components: {
      // The ground of a switch that is off; antd's own leaves its word unreadable.
      Switch: dark ? {} : { colorTextQuaternary: "#69727d", colorTextTertiary: "#57606b" },
      Checkbox: { borderRadiusSM: 4 },
      // antd's own green, orange and red are too pale for the words of a tag on white.
      ...(dark ? {} : { Tag: { colorSuccess: "#1f7a33", colorWarning: "#a35a00", colorError: "#c9252d" } }),
      Menu: { itemBg: "transparent", ...(dark ? { itemSelectedColor: "#b5cdff" } : {}) },
      // White on the lighter blue that antd hovers with is hard to read in the dark.
      ...(dark ? { Button: { colorPrimaryHover: "#3d68d8", defaultHoverColor: "#8fb3ff", defaultHoverBorderColor: "#5b8cff" } } : {}),
      Layout: { siderBg: dark ? "#171a1f" : "#ffffff", headerBg: dark ? "#171a1f" : "#ffffff", headerPadding: "0 16px" } },
  };
}
