import { FileUnknownOutlined } from "@ant-design/icons";
import { Button, Result } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useRouteError } from "react-router-dom";
import { usePageTitle } from "@/components/page-header";

export function NotFoundPage() {
  const { t } = useTranslation();
  usePageTitle(t("notFound.title"));
  return <Result icon={<FileUnknownOutlined />} title={t("notFound.title")} extra={<Link to="/datasets">{t("notFound.home")}</Link>} />;
}

/** Shown when rendering threw; after an upgrade of the server an old tab may also miss a chunk, and a reload heals it. */
export function CrashPage() {
  const { t } = useTranslation();
  const error = useRouteError();
  usePageTitle(t("crash.title"));
  return (
    <Result
      status="error"
      title={t("crash.title")}
      subTitle={error instanceof Error ? error.message : undefined}
      extra={
        <Button type="primary" onClick={() => location.reload()}>
          {t("crash.reload")}
        </Button>
      }
    />
  );
}
