// One look for every state word (manual section 9.1). Colour is never the only sign: the word is always there.
import { Tag } from "antd";
import { useTranslation } from "react-i18next";

const colours: Record<string, string> = {
  creating: "processing", starting: "processing", running: "processing", queued: "default",
  success: "success", done: "success", succeeded: "success", active: "success",
  failed: "error", cancelled: "warning", pending: "warning", disabled: "default",
};

/** A training that is `creating` shows 启动中 (D-19): pass state="starting" for it, see trainingState(). */
export function StateTag({ state }: { state: string }) {
  const { t } = useTranslation();
  return (
    <Tag color={colours[state] ?? "default"} data-testid="state" data-state={state} style={{ marginInlineEnd: 0 }}>
      {t(`state.${state}`, { defaultValue: state })}
    </Tag>
  );
}

export const trainingState = (state: string): string => (state === "creating" ? "starting" : state);
