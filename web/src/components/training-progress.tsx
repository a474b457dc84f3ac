// The way of a training: queued > starting > running > done or failed, with the words why.
import { Alert, Steps } from "antd";
import { useTranslation } from "react-i18next";
import type { Training } from "@/api/types";
import { slugSentence } from "./error-alert";

const position: Record<string, number> = { queued: 0, creating: 1, running: 2, done: 3, failed: 3 };

function useExitWords(training: Training): string {
  const { t } = useTranslation();
  const exit = training.exit;
  if (!exit) return "";
  const words = [t("training.exitCode", { code: exit.code })];
  if (exit.oom) words.push(t("training.oom"));
  else if (exit.signal) words.push(t("training.signal", { signal: exit.signal }));
  if (exit.words && !training.state_reason) words.push(exit.words);
  return words.join(" · ");
}

export function TrainingProgress({ training }: { training: Training }) {
  const { t } = useTranslation();
  const exit = useExitWords(training);
  const failed = training.state === "failed";
  const reason = training.state_reason;
  // A failed training stopped somewhere on the way: before its container started, or after.
  const at = failed ? (training.started_at ? 2 : 1) : (position[training.state] ?? 0);
  const last = failed ? "failed" : "done";
  const steps = ["queued", "starting", "running", last].map((state) => ({ title: t(`state.${state}`) }));
  return (
    <div className="stack" data-testid="training-progress" data-state={training.state}>
      <Steps
        className="way"
        size="small"
        responsive={false}
        labelPlacement="vertical"
        current={failed ? 3 : at}
        status={failed ? "error" : training.state === "done" ? "finish" : "process"}
        items={steps.map((step, i) => (failed && i >= at && i < 3 && !(i === 2 && training.started_at) ? { ...step, status: "wait" as const } : step))}
      />
      {failed && (
        <Alert
          type="error"
          showIcon
          data-testid="training-failure"
          message={reason ? slugSentence(t, reason.slug, t("state.failed")) : t("state.failed")}
          description={<>{reason?.detail && reason.detail !== training.exit?.words && <div>{reason.detail}</div>}{exit && <div>{t("training.exit")}: {exit}</div>}</>}
        />
      )}
      {!failed && reason && <Alert type="info" showIcon message={slugSentence(t, reason.slug, reason.detail)} description={slugSentence(t, reason.slug, reason.detail) === reason.detail ? undefined : reason.detail} />}
      {training.state === "done" && exit && training.exit?.code !== 0 && <Alert type="info" showIcon message={`${t("training.exit")}: ${exit}`} />}
    </div>
  );
}
