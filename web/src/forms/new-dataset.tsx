// What the two forms of a new dataset share: its name, how it is sent, and the foot with the buttons.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Space } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import { http } from "@/api/client";
import { keys } from "@/api/queries";
import type { Dataset, NewDataset, Upload } from "@/api/types";
import { ErrorAlert } from "@/components/error-alert";
import { descriptionRules, nameRules } from "./rules";
import { UploadBar } from "./upload-bar";
import { isAbort, useUpload } from "./use-upload";

export type Send = (body: Blob, filename: string) => Promise<Upload>;

/** `requestOf` sends the files first; `started` is what is said when the server has begun. */
export function useCreateDataset<T>(requestOf: (input: T, send: Send) => Promise<NewDataset>, started: string) {
  const navigate = useNavigate();
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const upload = useUpload();
  const create = useMutation({
    mutationFn: async (input: T) => http.post<Dataset>("/datasets", await requestOf(input, upload.send)),
    onSuccess: (dataset) => {
      void message.success(started);
      void queries.invalidateQueries({ queryKey: keys.list("dataset") });
      navigate(`/datasets/${dataset.id}`);
    },
    onError: (error) => isAbort(error) && void message.info(t("create.uploadStopped")),
  });
  return { upload, create };
}

export function NameFields() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item name="name" label={t("field.name")} hasFeedback rules={nameRules(t, t("field.name"))} extra={t("rule.name")}>
        <Input data-testid="dataset-name" />
      </Form.Item>
      <Form.Item name="description" label={t("field.descriptionOptional")} rules={descriptionRules(t)}>
        <Input.TextArea rows={3} showCount maxLength={500} data-testid="dataset-description" />
      </Form.Item>
    </>
  );
}

interface FootProps {
  upload: ReturnType<typeof useUpload>;
  create: { isPending: boolean; isError: boolean; error: unknown };
}

export function CreateFoot({ upload, create }: FootProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <div className="stack">
      <UploadBar progress={upload.progress} onStop={upload.stop} />
      {create.isError && !isAbort(create.error) && <ErrorAlert error={create.error} />}
      <Space>
        <Button type="primary" htmlType="submit" loading={create.isPending} data-testid="create-submit">{t("create.submit")}</Button>
        <Button disabled={false} onClick={() => { upload.stop(); navigate("/datasets"); }}>{t("action.cancel")}</Button>
      </Space>
    </div>
  );
}
