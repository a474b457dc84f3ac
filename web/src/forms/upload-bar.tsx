import { Button, Progress } from "antd";
import { useTranslation } from "react-i18next";
import type { UploadProgress } from "@/api/upload";
import { formatBytes, progressPercent } from "@/components/format-value";

export function UploadBar({ progress, onStop }: { progress: UploadProgress | null; onStop: () => void }) {
  const { t } = useTranslation();
  if (!progress) return null;
  const { sent, total } = progress;
  return (
    <div data-testid="upload-progress">
      <Progress percent={progressPercent(sent, total)} status="active" />
      <span>{t("create.uploading", { sent: formatBytes(sent), total: formatBytes(total) })}</span>
      <Button type="link" size="small" disabled={false} onClick={onStop}>{t("create.uploadStop")}</Button>
    </div>
  );
}
