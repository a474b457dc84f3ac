// Change the password: in the settings, and forced after a one-time password.
import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { ErrorAlert } from "@/components/error-alert";
import { confirmRule, newPasswordRule } from "./rules";

interface Values {
  old_password: string;
  new_password: string;
}

export function PasswordForm({ oneTime, onDone }: { oneTime?: boolean; onDone: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const change = useMutation({
    mutationFn: ({ old_password, new_password }: Values) => http.post<void>("/session/password", { old_password, new_password }),
    onSuccess: () => {
      form.resetFields();
      onDone();
    },
  });
  const oldLabel = oneTime ? t("password.oneTime") : t("password.old");
  return (
    <Form form={form} layout="vertical" requiredMark={false} onFinish={(values) => change.mutate(values)} style={{ maxWidth: 400 }}>
      <Form.Item name="old_password" label={oldLabel} rules={[{ required: true, message: t("rule.required", { field: oldLabel }) }]}>
        <Input.Password autoComplete="current-password" data-testid="old-password" />
      </Form.Item>
      <Form.Item name="new_password" label={t("password.new")} rules={[newPasswordRule(t)]}>
        <Input.Password autoComplete="new-password" data-testid="new-password" />
      </Form.Item>
      <Form.Item name="confirm" label={t("password.confirm")} dependencies={["new_password"]} rules={[confirmRule(t, "new_password")]}>
        <Input.Password autoComplete="new-password" data-testid="confirm-password" />
      </Form.Item>
      {change.isError && <Form.Item><ErrorAlert error={change.error} /></Form.Item>}
      <Button type="primary" htmlType="submit" loading={change.isPending} data-testid="change-password">{t("password.submit")}</Button>
    </Form>
  );
}
