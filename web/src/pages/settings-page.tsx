// Language and look, password, API tokens, and what this server is.
import { useQuery } from "@tanstack/react-query";
import { App, Card, Descriptions, Form, Segmented, Tabs, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router-dom";
import { apiUrl } from "@/api/client";
import { infoQuery } from "@/api/queries";
import { ErrorAlert } from "@/components/error-alert";
import { formatBytes } from "@/components/format-value";
import { PageHeader } from "@/components/page-header";
import { TokensPanel } from "@/components/tokens-panel";
import { PasswordForm } from "@/forms/password-form";
import { languages, setLanguage, type Language } from "@/i18n";
import { setThemeChoice, useThemeChoice, type ThemeChoice } from "@/theme";

function General() {
  const { t, i18n } = useTranslation();
  const choice = useThemeChoice();
  return (
    <Form layout="vertical">
      <Form.Item label={t("language.label")}>
        <Segmented value={i18n.language as Language} onChange={(value) => setLanguage(value)} options={languages.map((value) => ({ value, label: t(`language.${value}`) }))} />
      </Form.Item>
      <Form.Item label={t("theme.label")}>
        <Segmented<ThemeChoice> value={choice} onChange={setThemeChoice} options={(["system", "light", "dark"] as const).map((value) => ({ value, label: t(`theme.${value}`) }))} />
      </Form.Item>
    </Form>
  );
}

function About() {
  const { t } = useTranslation();
  const info = useQuery(infoQuery);
  if (info.isError) return <ErrorAlert error={info.error} onRetry={() => void info.refetch()} />;
  const engine = info.data?.engine;
  const limit = info.data?.max_upload_bytes ?? 0;
  return (
    <Descriptions
      column={1}
      bordered
      size="small"
      items={[
        { key: "version", label: t("settings.version"), children: info.data?.version ?? "-" },
        {
          key: "engine", label: t("settings.engine"),
          children: engine ? <><Tag color={engine.available ? "success" : "error"}>{engine.available ? t("settings.engineUp") : t("settings.engineDown")}</Tag> {engine.name} {engine.detail}</> : "-",
        },
        { key: "limit", label: t("settings.maxUpload"), children: limit > 0 ? formatBytes(limit) : t("settings.noLimit") },
        { key: "api", label: t("settings.apiDocument"), children: <a href={apiUrl("/openapi.json")}>openapi.json</a> },
      ]}
    />
  );
}

export function SettingsPage() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const { tab = "general" } = useParams();
  return (
    <div className="page" style={{ maxWidth: 980 }}>
      <PageHeader title={t("settings.title")} />
      <Card styles={{ body: { paddingTop: 8 } }}>
        <Tabs
          activeKey={tab}
          onChange={(key) => navigate(`/settings/${key}`, { replace: true })}
          items={[
            { key: "general", label: t("settings.general"), children: <General /> },
            { key: "password", label: t("settings.password"), children: <PasswordForm onDone={() => void message.success(t("password.changed"))} /> },
            { key: "tokens", label: t("settings.tokens"), children: <TokensPanel /> },
            { key: "about", label: t("settings.about"), children: <About /> },
          ]}
        />
      </Card>
    </div>
  );
}
