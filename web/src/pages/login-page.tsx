// R1-01, R1-02: log in, or ask for an account; an account without access is told whom to ask.
import { LockOutlined, UserOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Form, Input, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { infoQuery, keys } from "@/api/queries";
import type { Session, User } from "@/api/types";
import { Brand } from "@/components/brand";
import { ErrorAlert } from "@/components/error-alert";
import { Preferences } from "@/components/preferences";
import { confirmRule, newPasswordRule } from "@/forms/rules";

interface Credentials {
  name: string;
  password: string;
}

function LoginForm() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const login = useMutation({
    mutationFn: (values: Credentials) => http.post<Session>("/session", values),
    onSuccess: (session) => queries.setQueryData(keys.session, session),
  });
  return (
    <Form<Credentials> layout="vertical" onFinish={(values) => login.mutate(values)} requiredMark={false}>
      <Form.Item name="name" label={t("login.name")} rules={[{ required: true, message: t("rule.required", { field: t("login.name") }) }]}>
        <Input prefix={<UserOutlined />} autoComplete="username" autoFocus data-testid="login-name" />
      </Form.Item>
      <Form.Item name="password" label={t("login.password")} rules={[{ required: true, message: t("rule.required", { field: t("login.password") }) }]}>
        <Input.Password prefix={<LockOutlined />} autoComplete="current-password" data-testid="login-password" />
      </Form.Item>
      {login.isError && <Form.Item><ErrorAlert error={login.error} /></Form.Item>}
      <Button type="primary" htmlType="submit" block loading={login.isPending} data-testid="login-submit">{t("login.submit")}</Button>
    </Form>
  );
}

function SignUpForm({ onDone }: { onDone: (name: string) => void }) {
  const { t } = useTranslation();
  const signUp = useMutation({
    mutationFn: ({ name, password }: Credentials) => http.post<User>("/users", { name, password }),
    onSuccess: (user) => onDone(user.name),
  });
  return (
    <Form<Credentials> layout="vertical" onFinish={(values) => signUp.mutate(values)} requiredMark={false}>
      <Form.Item><Alert type="info" showIcon message={t("signUp.note")} /></Form.Item>
      <Form.Item name="name" label={t("login.name")} rules={[{ required: true, message: t("rule.required", { field: t("login.name") }) }]}>
        <Input prefix={<UserOutlined />} autoComplete="username" autoFocus data-testid="signup-name" />
      </Form.Item>
      <Form.Item name="password" label={t("login.password")} rules={[newPasswordRule(t)]}>
        <Input.Password prefix={<LockOutlined />} autoComplete="new-password" data-testid="signup-password" />
      </Form.Item>
      <Form.Item name="confirm" label={t("signUp.confirm")} dependencies={["password"]} rules={[confirmRule(t, "password")]}>
        <Input.Password prefix={<LockOutlined />} autoComplete="new-password" data-testid="signup-confirm" />
      </Form.Item>
      {signUp.isError && <Form.Item><ErrorAlert error={signUp.error} /></Form.Item>}
      <Button type="primary" htmlType="submit" block loading={signUp.isPending} data-testid="signup-submit">{t("signUp.submit")}</Button>
    </Form>
  );
}

export function LoginPage() {
  const { t } = useTranslation();
  const info = useQuery(infoQuery);
  const [mode, setMode] = useState<"login" | "signUp">("login");
  const [requested, setRequested] = useState("");
  useEffect(() => {
    document.title = `${t("login.title")} · AVA`;
  }, [t]);
  return (
    <main className="login">
      <div className="login-tools"><Preferences /></div>
      <Card className="login-card" variant="outlined">
        <Typography.Title level={1} style={{ fontSize: 22, marginTop: 0, marginBottom: 4 }}><Brand /></Typography.Title>
        <Typography.Paragraph type="secondary">{t("login.lead")}</Typography.Paragraph>
        {requested && <Alert style={{ marginBottom: 16 }} type="success" showIcon message={t("signUp.done", { name: requested })} data-testid="signup-done" />}
        {mode === "login" ? (
          <LoginForm />
        ) : (
          <SignUpForm onDone={(name) => { setRequested(name); setMode("login"); }} />
        )}
        {(info.data?.sign_up ?? true) && (
          <Button type="link" block style={{ marginTop: 8 }} onClick={() => setMode(mode === "login" ? "signUp" : "login")} data-testid="switch-mode">
            {mode === "login" ? t("login.toSignUp") : t("login.toLogin")}
          </Button>
        )}
      </Card>
    </main>
  );
}
