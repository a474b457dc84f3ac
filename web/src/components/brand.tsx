import { useTranslation } from "react-i18next";

export function Brand() {
  const { t } = useTranslation();
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 10, fontWeight: 600, fontSize: 16, whiteSpace: "nowrap", lineHeight: 1.2, verticalAlign: "middle" }} title={t("app.name")}>
      <img src="/favicon.svg" alt="" width={26} height={26} />
      {t("app.short")}
    </span>
  );
}
