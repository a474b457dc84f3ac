// Choose one file by click, keyboard or drop. The file is only remembered here; sending it is the form's business.
import { FileZipOutlined, FolderOpenOutlined, InboxOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatBytes } from "@/components/format-value";

interface FileProps {
  file: File | null;
  accept?: string;
  title?: string;
  onFile: (file: File | null) => void;
  testId?: string;
}

export function FileDrop({ file, accept, title, onFile, testId }: FileProps) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  if (file) {
    return (
      <div className="drop" style={{ cursor: "default", padding: 16 }} data-testid="file-chosen">
        <FileZipOutlined style={{ fontSize: 22 }} />
        <p><b>{file.name}</b> · {formatBytes(file.size)}</p>
        <Button type="link" onClick={() => onFile(null)}>{t("create.change")}</Button>
      </div>
    );
  }
  return (
    <label
      className={over ? "drop over" : "drop"}
      onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => { event.preventDefault(); setOver(false); onFile(event.dataTransfer.files[0] ?? null); }}
    >
      <input type="file" accept={accept} data-testid={testId} onChange={(event) => onFile(event.target.files?.[0] ?? null)} />
      <InboxOutlined />
      <p>{title ?? t("create.dropTitle")}</p>
      <p className="hint">{t("create.dropHint")}</p>
    </label>
  );
}

export function FolderDrop({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { t } = useTranslation();
  return (
    <label className="drop">
      <input
        // React knows no such attribute; browsers take the folder picker from it.
        ref={(element) => element?.setAttribute("webkitdirectory", "")}
        type="file"
        multiple
        data-testid="folder-input"
        onChange={(event) => onFiles([...(event.target.files ?? [])])}
      />
      <FolderOpenOutlined />
      <p>{t("create.folderTitle")}</p>
    </label>
  );
}
