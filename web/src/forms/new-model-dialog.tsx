// R5.2-01: upload a packed model file under a name.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Form, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { http } from "@/api/client";
import { keys } from "@/api/queries";
import type { Model } from "@/api/types";
import { ErrorAlert } from "@/components/error-alert";
import { FileDrop } from "./file-drop";
import { nameRules } from "./rules";
import { UploadBar } from "./upload-bar";
import { isAbort, useUpload } from "./use-upload";

export function NewModelDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const upload = useUpload();
  const [form] = Form.useForm<{ name: string }>();
  const [file, setFile] = useState<File | null>(null);
  const [asked, setAsked] = useState(false);
  const create = useMutation({
    mutationFn: async ({ name, chosen }: { name: string; chosen: File }) => {
      const sent = await upload.send(chosen, chosen.name);
      return http.post<Model>("/models", { name, upload_id: sent.id });
    },
    onSuccess: () => {
      void message.success(t("model.created"));
      void queries.invalidateQueries({ queryKey: keys.list("model") });
      onClose();
    },
  });
  const submit = ({ name }: { name: string }) => {
    setAsked(true);
    if (file) create.mutate({ name, chosen: file });
  };
  const close = () => {
    upload.stop();
    onClose();
  };
  return (
    <Modal open title={t("model.create")} onCancel={close} onOk={() => { setAsked(true); form.submit(); }} okButtonProps={{ loading: create.isPending, "data-testid": "model-submit" }} maskClosable={false}>
      <Form form={form} layout="vertical" onFinish={submit} disabled={create.isPending}>
        <Form.Item name="name" label={t("model.name")} hasFeedback rules={nameRules(t, t("model.name"))}><Input data-testid="model-name-input" /></Form.Item>
        <Form.Item label={t("model.file")} required extra={t("model.fileHelp")} validateStatus={asked && !file ? "error" : undefined} help={asked && !file ? t("model.fileRequired") : undefined}>
          <FileDrop file={file} onFile={setFile} accept=".zip,.tar,.gz,.tgz" testId="model-file" />
        </Form.Item>
        <UploadBar progress={upload.progress} onStop={upload.stop} />
      </Form>
      {create.isError && !isAbort(create.error) && <ErrorAlert error={create.error} />}
    </Modal>
  );
}
