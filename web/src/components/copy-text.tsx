// A piece of text to copy (URI, id, command). Works on plain http too, where navigator.clipboard does not exist.
import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

async function toClipboard(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function CopyText({ text, hidden }: { text: string; hidden?: boolean }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  const copy = async () => {
    await toClipboard(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <span>
      {!hidden && <span className="mono">{text}</span>}
      <Tooltip title={done ? t("action.copied") : t("action.copyText")}>
        <Button size="small" type="text" icon={done ? <CheckOutlined /> : <CopyOutlined />} onClick={() => void copy()} aria-label={t("action.copyText")} />
      </Tooltip>
    </span>
  );
}
