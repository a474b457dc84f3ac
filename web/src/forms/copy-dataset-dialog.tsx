// R3.4-01: a copy asks for its own name and description.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, Modal, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { keys } from "@/api/queries";
import type { Dataset } from "@/api/types";
import { ErrorAlert } from "@/components/error-alert";
import { descriptionRules, nameRules } from "./rules";

interface Values {
  name: string;
  description?: string;
}

export function CopyDatasetDialog({ dataset, onClose, onDone }: { dataset: Dataset; onClose: () => void; onDone?: (copy: Dataset) => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const [form] = Form.useForm<Values>();
  const copy = useMutation({
    mutationFn: (values: Values) => http.post<Dataset>(`/datasets/${dataset.id}/copy`, values),
    onSuccess: (made) => {
      void message.success(t("dataset.copyStarted", { name: made.name }));
      void queries.invalidateQueries({ queryKey: keys.list("dataset") });
      onDone?.(made);
      onClose();
    },
  });
  return (
    <Modal
      open
      title={t("dataset.copyTitle")}
      onCancel={onClose}
      onOk={() => form.submit()}
      okButtonProps={{ loading: copy.isPending, "data-testid": "copy-submit" }}
    >
      <Typography.Paragraph>{t("dataset.copyLead", { name: dataset.name })}</Typography.Paragraph>
      <Form form={form} layout="vertical" onFinish={(values) => copy.mutate(values)} initialValues={{ name: `${dataset.name}-copy`, description: dataset.description }}>
        <Form.Item name="name" label={t("field.name")} hasFeedback rules={nameRules(t, t("field.name"))}><Input data-testid="copy-name" /></Form.Item>
        <Form.Item name="description" label={t("field.descriptionOptional")} rules={descriptionRules(t)}><Input.TextArea rows={3} /></Form.Item>
      </Form>
      <ErrorAlert error={copy.error} />
    </Modal>
  );
}
