import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";

export function PageLoading() {
  const { t } = useTranslation();
  return (
    <div className="page" aria-busy="true" aria-label={t("loading")}>
      <Skeleton active paragraph={{ rows: 6 }} />
    </div>
  );
}
