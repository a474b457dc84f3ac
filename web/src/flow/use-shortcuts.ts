// Ctrl+Z, Ctrl+Shift+Z, Ctrl+Y. A field that is being typed in keeps its own undo.
import { useEffect } from "react";

const typing = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest("input:not([type=checkbox]):not([type=radio]), textarea, [contenteditable=true]") !== null;

export function useShortcuts(undo: () => void, redo: () => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || typing(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) redo();
      else undo();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [undo, redo]);
}
