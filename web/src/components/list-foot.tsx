import { Button } from "antd";
import { useTranslation } from "react-i18next";

interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** The "load more" under a list whose server answers page by page. */
export function ListFoot({ query }: { query: Paged }) {
  const { t } = useTranslation();
  if (!query.hasNextPage) return null;
  return (
    <div style={{ textAlign: "center", padding: 12 }}>
      <Button onClick={() => query.fetchNextPage()} loading={query.isFetchingNextPage} data-testid="load-more">{t("action.more")}</Button>
    </div>
  );
}
