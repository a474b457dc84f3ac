// The four ways to say where the source data is (R3.1-05, R3.1-06, U3.1-09).
import { Alert, Input, Radio, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { formatBytes, formatCount } from "@/components/format-value";
import { FileDrop, FolderDrop } from "./file-drop";
import { planFolder, type FolderPlan } from "./folder";

export type SourceChoice = "upload" | "folder" | "uri" | "prefix";

export interface Source {
  choice: SourceChoice;
  file: File | null;
  folder: FolderPlan | null;
  path: string;
}

export const noSource: Source = { choice: "upload", file: null, folder: null, path: "" };

export function hasSource(source: Source): boolean {
  if (source.choice === "upload") return source.file !== null;
  if (source.choice === "folder") return (source.folder?.pictures ?? 0) > 0;
  return source.path.trim() !== "";
}

const choices: SourceChoice[] = ["upload", "folder", "uri", "prefix"];
const uriPrefix = "qiniu:///";

/** People paste whole URIs; the box already holds the prefix. */
export const withoutPrefix = (text: string): string => (text.startsWith(uriPrefix) ? text.slice(uriPrefix.length) : text);

/** A prefix ends with a slash, so that `cats` does not also take `cats2/`. */
export function sourceUri(source: Source): string {
  const path = withoutPrefix(source.path.trim());
  return uriPrefix + (source.choice === "prefix" && !path.endsWith("/") ? `${path}/` : path);
}

function FolderSource({ plan, onPlan }: { plan: FolderPlan | null; onPlan: (plan: FolderPlan) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <FolderDrop onFiles={(files) => onPlan(planFolder(files))} />
      {plan && plan.pictures === 0 && <Alert style={{ marginTop: 8 }} type="warning" showIcon message={t("create.folderEmpty")} />}
      {plan && plan.pictures > 0 && (
        <Alert
          style={{ marginTop: 8 }}
          type="info"
          showIcon
          data-testid="folder-summary"
          message={<><b>{plan.name}</b> · {t("create.folderSummary", { files: formatCount(plan.pictures), classes: formatCount(plan.classes), size: formatBytes(plan.byteCount) })}</>}
          description={plan.skipped > 0 ? t("create.folderSkipped", { count: plan.skipped }) : undefined}
        />
      )}
    </>
  );
}

export function SourceInput({ value, onChange }: { value: Source; onChange: (source: Source) => void }) {
  const { t } = useTranslation();
  const { choice } = value;
  return (
    <div>
      <Radio.Group
        value={choice}
        onChange={(event) => onChange({ ...value, choice: event.target.value as SourceChoice, path: "" })}
        optionType="button"
        style={{ marginBottom: 12, display: "flex", flexWrap: "wrap", rowGap: 4 }}
        options={choices.map((key) => ({ value: key, label: <span data-testid={`source-${key}`}>{t(`create.${key}`)}</span> }))}
      />
      {choice === "upload" && <FileDrop file={value.file} testId="file-input" onFile={(file) => onChange({ ...value, file })} />}
      {choice === "folder" && <FolderSource plan={value.folder} onPlan={(folder) => onChange({ ...value, folder })} />}
      {(choice === "uri" || choice === "prefix") && (
        <Input
          addonBefore={<span className="mono">{uriPrefix}</span>}
          value={value.path}
          onChange={(event) => onChange({ ...value, path: withoutPrefix(event.target.value) })}
          placeholder={t(choice === "uri" ? "create.uriPlaceholder" : "create.prefixPlaceholder")}
          aria-label={t(`create.${choice}`)}
          className="mono"
          data-testid="source-uri"
        />
      )}
      <Typography.Paragraph type="secondary" style={{ margin: "8px 0 0" }}>{t(`create.${choice}Help`)}</Typography.Paragraph>
    </div>
  );
}
