// L-14: the log as it is written: follow, wrap, jump, download.
import { DownloadOutlined, VerticalAlignBottomOutlined, VerticalAlignTopOutlined } from "@ant-design/icons";
import { Button, Checkbox, Typography } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { downloadUrl } from "@/api/download";
import { ErrorAlert } from "./error-alert";
import { formatBytes } from "./format-value";
import { keepChars, useLog } from "./use-log";

/** Distance from the bottom, in pixels, that still counts as "at the bottom". */
const nearBottom = 40;

export function LogViewer({ trainingId, active }: { trainingId: string; active: boolean }) {
  const { t } = useTranslation();
  const { text, cut, eof, error } = useLog(trainingId, active);
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useState(true);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, follow, wrap]);
  const scrolled = () => {
    const element = box.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearBottom;
    if (atEnd !== follow) setFollow(atEnd);
  };
  const jump = (end: boolean) => {
    setFollow(end);
    if (box.current) box.current.scrollTop = end ? box.current.scrollHeight : 0;
  };
  return (
    <div>
      <div className="toolbar">
        <Checkbox checked={follow} onChange={(event) => (event.target.checked ? jump(true) : setFollow(false))}>{t("log.follow")}</Checkbox>
        <Checkbox checked={wrap} onChange={(event) => setWrap(event.target.checked)}>{t("log.wrap")}</Checkbox>
        <span className="grow" />
        <Button type="text" icon={<VerticalAlignTopOutlined />} onClick={() => jump(false)} aria-label={t("log.top")} title={t("log.top")} />
        <Button type="text" icon={<VerticalAlignBottomOutlined />} onClick={() => jump(true)} aria-label={t("log.bottom")} title={t("log.bottom")} />
        <Button icon={<DownloadOutlined />} href={downloadUrl.trainingLog(trainingId)} download>{t("log.download")}</Button>
      </div>
      {error !== null && <ErrorAlert error={error} />}
      {cut && <Typography.Text type="secondary">{t("log.cut", { size: formatBytes(keepChars) })}</Typography.Text>}
      <pre ref={box} className={`log mono ${wrap ? "wrap-log" : "nowrap-log"}`} onScroll={scrolled} tabIndex={0} aria-label={t("log.title")} data-testid="log">
        {text || t("log.none")}
        {eof && text && `\n— ${t("log.ended")} —`}
      </pre>
    </div>
  );
}
