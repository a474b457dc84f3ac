// Where a ready-made set is: data file, index file and class names, each in its own box (R3.1-08), or a folder of a bucket.
import { Input, Radio, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { FileDrop } from "./file-drop";
import { roles, type Role, type SetChoice, type SetSource } from "./set-values";
import { withoutPrefix } from "./source-input";

const choices: SetChoice[] = ["upload", "uri", "prefix"];

interface Props {
  value: SetSource;
  /** The data file is missing, or cannot be sent. */
  failed: boolean;
  onChange: (source: SetSource) => void;
}

function Box({ role, value, failed, onChange }: Props & { role: Role }) {
  const { t } = useTranslation();
  const title = t(value.choice === "prefix" ? "create.set.folder" : `create.set.${role}`);
  return (
    <div className={role === "data" ? "set-box main" : "set-box"}>
      <Typography.Text>{title}</Typography.Text>
      {value.choice === "upload"
        ? <FileDrop file={value.files[role] ?? null} title={t(`create.set.${role}Drop`)} testId={`set-${role}`} onFile={(file) => onChange({ ...value, files: { ...value.files, [role]: file } })} />
        : (
          <Input
            addonBefore={<span className="mono">qiniu:///</span>}
            value={value.paths[role] ?? ""}
            onChange={(event) => onChange({ ...value, paths: { ...value.paths, [role]: withoutPrefix(event.target.value) } })}
            placeholder={t(value.choice === "prefix" ? "create.prefixPlaceholder" : `create.set.${role}Placeholder`)}
            aria-label={title}
            className="mono"
            status={failed && role === "data" ? "error" : undefined}
            data-testid={`set-${role}`}
          />
        )}
    </div>
  );
}

export function SetSourceInput({ value, failed, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <Radio.Group
        value={value.choice}
        onChange={(event) => onChange({ ...value, choice: event.target.value as SetChoice })}
        optionType="button"
        style={{ marginBottom: 12, display: "flex", flexWrap: "wrap", rowGap: 4 }}
        options={choices.map((key) => ({ value: key, label: <span data-testid={`source-${key}`}>{t(key === "prefix" ? "create.set.folder" : `create.${key}`)}</span> }))}
      />
      <div className="set-boxes">
        {roles.filter((role) => value.choice !== "prefix" || role === "data").map((role) => <Box key={role} role={role} value={value} failed={failed} onChange={onChange} />)}
      </div>
      <Typography.Paragraph type="secondary" style={{ margin: "8px 0 0" }}>{t(`create.set.${value.choice}Help`)}</Typography.Paragraph>
    </>
  );
}
