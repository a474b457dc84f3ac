import { useQueryClient } from "@tanstack/react-query";
import { Alert, Card, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/queries";
import type { User } from "@/api/types";
import { Preferences } from "@/components/preferences";
import { PasswordForm } from "@/forms/password-form";

export function ForcedPasswordPage({ user }: { user: User }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return (
    <main className="login">
      <div className="login-tools"><Preferences /></div>
      <Card className="login-card">
        <Typography.Title level={1} style={{ fontSize: 22, marginTop: 0 }}>{t("password.title")} · {user.name}</Typography.Title>
        <Alert type="info" showIcon message={t("password.forced")} style={{ marginBottom: 16 }} />
        <PasswordForm oneTime onDone={() => void queries.invalidateQueries({ queryKey: keys.session })} />
      </Card>
    </main>
  );
}
