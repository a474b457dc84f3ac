import { ArrowLeftOutlined } from "@ant-design/icons";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";

interface Props {
  title: string;
  after?: ReactNode;
  back?: string;
  children?: ReactNode;
}

/** The name of the browser tab; pages without a header call it themselves. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · AVA`;
  }, [title]);
}

/** Title on the left (with a way back), actions on the right; also names the browser tab. */
export function PageHeader({ title, after, back, children }: Props) {
  const { t } = useTranslation();
  usePageTitle(title);
  return (
    <div className="page-header">
      {back && (
        <Link to={back} aria-label={t("action.back")} title={t("action.back")} data-testid="back">
          <ArrowLeftOutlined />
        </Link>
      )}
      <h1>{title}</h1>
      {after}
      {children && <div className="page-actions">{children}</div>}
    </div>
  );
}
