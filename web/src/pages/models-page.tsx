// R5-01, U5-03: three lists of models, and the upload of a new one.
import { PlusOutlined, ReloadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Card, Input, Tabs } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router-dom";
import { keys } from "@/api/queries";
import type { ModelOrigin } from "@/api/types";
import { ModelsTable } from "@/components/models-table";
import { PageHeader } from "@/components/page-header";
import { useDebounced } from "@/components/use-debounced";
import { NewModelDialog } from "@/forms/new-model-dialog";
import { useLive } from "@/live/live-context";

const origins: ModelOrigin[] = ["uploaded", "produced", "public"];

export function ModelsPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [params, setParams] = useSearchParams();
  const [search, setSearch] = useState("");
  const [creating, setCreating] = useState(false);
  const late = useDebounced(search);
  useLive(["models"]);
  const tab = params.get("tab") ?? "produced";
  return (
    <div className="page">
      <PageHeader title={t("model.title")}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)} data-testid="new-model">{t("model.create")}</Button>
      </PageHeader>
      <Card styles={{ body: { paddingTop: 8 } }}>
        <Tabs
          activeKey={tab}
          onChange={(key) => setParams({ tab: key }, { replace: true })}
          destroyOnHidden
          items={origins.map((origin) => ({
            key: origin,
            label: <span data-testid={`models-${origin}`}>{t(`model.${origin}`)}</span>,
            children: (
              <>
                <div className="toolbar">
                  <Input.Search allowClear value={search} onChange={(event) => setSearch(event.target.value)} placeholder={t("model.search")} aria-label={t("model.search")} style={{ maxWidth: 260 }} />
                  <span className="grow" />
                  <Button icon={<ReloadOutlined />} onClick={() => void queries.invalidateQueries({ queryKey: keys.list("model") })} aria-label={t("action.refresh")} title={t("action.refresh")} />
                </div>
                <ModelsTable query={{ origin, search: late }} />
              </>
            ),
          }))}
        />
      </Card>
      {creating && <NewModelDialog onClose={() => setCreating(false)} />}
    </div>
  );
}
