// R3.1-08: a dataset of a ready-made set. Its files go up first, one after the other; a job of the server reads them.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Collapse, Form, Input, Radio, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import { http } from "@/api/client";
import { formatsQuery, infoQuery, keys } from "@/api/queries";
import type { Dataset, NewDataset } from "@/api/types";
import { ErrorAlert } from "@/components/error-alert";
import { formatName } from "@/components/format-name";
import { formatBytes } from "@/components/format-value";
import { descriptionRules, nameRules } from "./rules";
import { SetSourceInput } from "./set-source";
import { hasData, noSet, sourceOf, type SetSource, type SetValues } from "./set-values";
import { UploadBar } from "./upload-bar";
import { isAbort, useUpload } from "./use-upload";

function useCreateSet() {
  const navigate = useNavigate();
  const { t } = useTranslation();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const upload = useUpload();
  const create = useMutation({
    mutationFn: async ({ values, source }: { values: SetValues; source: SetSource }) => {
      const { format, task, split } = values;
      const body: NewDataset = {
        name: values.name,
        description: values.description ?? "",
        kind: "formatted",
        source: await sourceOf(source, (file) => upload.send(file, file.name)),
        set: { format, task, split },
      };
      if (values.label) body.label = values.label;
      return http.post<Dataset>("/datasets", body);
    },
    onSuccess: (dataset) => {
      void message.success(t("create.set.started"));
      void queries.invalidateQueries({ queryKey: keys.list("dataset") });
      navigate(`/datasets/${dataset.id}`);
    },
    onError: (error) => isAbort(error) && void message.info(t("create.uploadStopped")),
  });
  return { upload, create };
}

function Known() {
  const { t } = useTranslation();
  const formats = useQuery(formatsQuery);
  const auto = { value: "auto", label: t("create.asAuto") };
  return (
    <>
      <Form.Item name="format" label={t("format.column.format")}>
        <Select options={[auto, ...(formats.data?.items ?? []).map(({ name }) => ({ value: name, label: formatName(t, name) }))]} data-testid="set-format" />
      </Form.Item>
      <Form.Item name="task" label={t("format.problem")}>
        <Select options={[auto, ...(["classification", "multi_label", "detection"] as const).map((task) => ({ value: task, label: t(`create.set.task.${task}`) }))]} />
      </Form.Item>
      <Form.Item name="label" label={t("create.labelName")} rules={[{ max: 63 }]}><Input placeholder="class" /></Form.Item>
    </>
  );
}

export function SetForm() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [form] = Form.useForm<SetValues>();
  const [source, setSource] = useState<SetSource>(noSet);
  const [asked, setAsked] = useState(false);
  const { upload, create } = useCreateSet();
  const max = useQuery(infoQuery).data?.max_upload_bytes ?? 0;
  const tooLarge = source.choice === "upload" && max > 0 && Object.values(source.files).some((file) => (file?.size ?? 0) > max);
  const sourceError = tooLarge ? t("create.tooLarge", { max: formatBytes(max) }) : asked && !hasData(source) ? t("create.set.missing") : "";
  const submit = (values: SetValues) => {
    setAsked(true);
    if (hasData(source) && !tooLarge) create.mutate({ values, source });
  };
  return (
    <Form<SetValues> form={form} layout="vertical" initialValues={{ format: "auto", task: "auto", split: "train" }} onFinish={submit} onFinishFailed={() => setAsked(true)} disabled={create.isPending}>
      <Form.Item label={t("create.set.files")} required validateStatus={sourceError ? "error" : undefined} help={sourceError || undefined}>
        <SetSourceInput value={source} onChange={setSource} />
      </Form.Item>
      <Form.Item name="split" label={t("create.set.split")} extra={t("create.set.splitHelp")}>
        <Radio.Group options={(["train", "val", "test"] as const).map((split) => ({ value: split, label: t(`format.${split}`) }))} />
      </Form.Item>
      <Form.Item name="name" label={t("field.name")} hasFeedback rules={nameRules(t, t("field.name"))} extra={t("rule.name")}>
        <Input data-testid="dataset-name" />
      </Form.Item>
      <Form.Item name="description" label={t("field.descriptionOptional")} rules={descriptionRules(t)}>
        <Input.TextArea rows={3} showCount maxLength={500} data-testid="dataset-description" />
      </Form.Item>
      <Collapse ghost size="small" style={{ marginInline: -12, marginBottom: 12 }} items={[{ key: "known", label: t("create.advanced"), forceRender: true, children: <Known /> }]} />
      <div className="stack">
        <UploadBar progress={upload.progress} onStop={upload.stop} />
        {create.isError && !isAbort(create.error) && <ErrorAlert error={create.error} />}
        <Space>
          <Button type="primary" htmlType="submit" loading={create.isPending} data-testid="create-submit">{t("create.submit")}</Button>
          <Button disabled={false} onClick={() => { upload.stop(); navigate("/datasets"); }}>{t("action.cancel")}</Button>
        </Space>
      </div>
    </Form>
  );
}
