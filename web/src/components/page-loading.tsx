import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { usePageTitle } from "./page-header";

export function PageLoading() {
  const { t } = useTranslation();
  usePageTitle(t("loading"));
  return (
    <div className="page" aria-busy="true" aria-label={t("loading")}>
      <Skeleton active paragraph={{ rows: 6 }} />
    </div>
  );
}
