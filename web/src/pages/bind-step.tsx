// R2-01: the step every chapter leads to while no storage space is bound.
import { useQueryClient } from "@tanstack/react-query";
import { Button, Card, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import { keys } from "@/api/queries";
import type { Bucket } from "@/api/types";
import { PageHeader } from "@/components/page-header";
import { BindForm, CheckedNote } from "@/forms/bind-form";

export function BindStep() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [bound, setBound] = useState<Bucket | null>(null);
  const goOn = async () => {
    navigate("/datasets/new");
    await queries.invalidateQueries({ queryKey: keys.buckets });
  };
  return (
    <div className="page" style={{ maxWidth: 640 }} data-testid="bind-step">
      <PageHeader title={t("storage.bindTitle")} />
      <Card>
        {bound ? (
          <div className="stack">
            <CheckedNote bucket={bound} />
            <div><Button type="primary" onClick={() => void goOn()} data-testid="bind-continue">{t("storage.goOn")}</Button></div>
          </div>
        ) : (
          <>
            <Typography.Paragraph>{t("storage.bindLead")}</Typography.Paragraph>
            <BindForm first onBound={setBound} />
            <Typography.Paragraph type="secondary" style={{ marginTop: 16, marginBottom: 0 }}>{t("storage.adminHint")}</Typography.Paragraph>
          </>
        )}
      </Card>
    </div>
  );
}
