// Bind a storage space. The server probes it (write, read, list, delete) before it says yes; the outcome is shown.
import { CheckCircleFilled } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Form, Input, Space } from "antd";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { infoQuery, keys } from "@/api/queries";
import type { Bucket } from "@/api/types";
import { ErrorAlert } from "@/components/error-alert";
import { PageLoading } from "@/components/page-loading";

interface Values {
  name: string;
  uri: string;
  is_default: boolean;
  access_key?: string;
  secret_key?: string;
  session_token?: string;
}

/** Places of other machines want keys; a folder has none. */
const wantsKeys = (uri?: string) => /^(s3|qiniu):/.test(uri ?? "");

const checks = ["write", "read", "list", "delete"] as const;

export function CheckedNote({ bucket }: { bucket: Bucket }) {
  const { t } = useTranslation();
  return (
    <Alert
      type="success"
      showIcon
      data-testid="bind-checked"
      message={t("storage.checked", { name: bucket.name })}
      description={
        <Space wrap>
          {checks.map((check) => <span key={check} className="nowrap"><CheckCircleFilled style={{ color: "#3a9d5d" }} /> {t(`storage.checkSteps.${check}`)}</span>)}
        </Space>
      }
    />
  );
}

export function BindForm({ first, onBound }: { first?: boolean; onBound: (bucket: Bucket) => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const info = useQuery(infoQuery);
  const [form] = Form.useForm<Values>();
  const remote = wantsKeys(Form.useWatch("uri", form));
  const bind = useMutation({
    mutationFn: (values: Values) => http.post<Bucket>("/buckets", values),
    onSuccess: (bucket) => {
      onBound(bucket);
      if (!first) void queries.invalidateQueries({ queryKey: keys.buckets });
    },
  });
  if (info.isPending) return <PageLoading />;
  const initial: Values = { name: first ? "default" : "", uri: first ? (info.data?.suggested_bucket_uri ?? "") : "", is_default: first ?? false };
  return (
    <Form<Values> form={form} layout="vertical" initialValues={initial} onFinish={(values) => bind.mutate(values)} requiredMark={false}>
      <Form.Item name="name" label={t("storage.name")} extra={t("storage.nameHelp")} rules={[{ required: true, message: t("rule.required", { field: t("storage.name") }) }]}>
        <Input data-testid="bucket-name" />
      </Form.Item>
      <Form.Item name="uri" label={t("storage.uri")} extra={t("storage.uriHelp")} rules={[{ required: true, message: t("rule.required", { field: t("storage.uri") }) }]}>
        <Input className="mono" data-testid="bucket-uri" placeholder={info.data?.suggested_bucket_uri} />
      </Form.Item>
      {remote && (
        <>
          <Form.Item name="access_key" label={t("storage.accessKey")}><Input className="mono" autoComplete="off" data-testid="bucket-access-key" /></Form.Item>
          <Form.Item name="secret_key" label={t("storage.secretKey")} extra={t("storage.keysHelp")}><Input.Password autoComplete="new-password" data-testid="bucket-secret-key" /></Form.Item>
          <Form.Item name="session_token" label={t("storage.sessionToken")}><Input.Password autoComplete="new-password" /></Form.Item>
        </>
      )}
      <Form.Item name="is_default" valuePropName="checked"><Checkbox disabled={first}>{t("storage.isDefault")}</Checkbox></Form.Item>
      {bind.isPending && <Form.Item><Alert type="info" showIcon message={t("storage.checking")} /></Form.Item>}
      {bind.isError && <Form.Item><ErrorAlert error={bind.error} /></Form.Item>}
      <Button type="primary" htmlType="submit" loading={bind.isPending} data-testid="bind-submit">{t("storage.bind")}</Button>
    </Form>
  );
}
