// R3.1-08: a dataset of a ready-made set. Its files go up first, one after the other; a job of the server reads them.
import { useQuery } from "@tanstack/react-query";
import { Collapse, Form, Input, Radio, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatsQuery, infoQuery } from "@/api/queries";
import type { NewDataset } from "@/api/types";
import { formatName } from "@/components/format-name";
import { formatBytes } from "@/components/format-value";
import { CreateFoot, NameFields, useCreateDataset, type Send } from "./new-dataset";
import { SetSourceInput } from "./set-source";
import { hasData, noSet, sourceOf, type SetSource, type SetValues } from "./set-values";

async function requestOf({ values, source }: { values: SetValues; source: SetSource }, send: Send): Promise<NewDataset> {
  const { format, task, split } = values;
  const body: NewDataset = {
    name: values.name,
    description: values.description ?? "",
    kind: "formatted",
    source: await sourceOf(source, (file) => send(file, file.name)),
    set: { format, task, split },
  };
  if (values.label) body.label = values.label;
  return body;
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
  const [form] = Form.useForm<SetValues>();
  const [source, setSource] = useState<SetSource>(noSet);
  const [asked, setAsked] = useState(false);
  const { upload, create } = useCreateDataset(requestOf, t("create.set.started"));
  const max = useQuery(infoQuery).data?.max_upload_bytes ?? 0;
  const tooLarge = source.choice === "upload" && max > 0 && Object.values(source.files).some((file) => (file?.size ?? 0) > max);
  const sourceError = tooLarge ? t("create.tooLarge", { max: formatBytes(max) }) : asked && !hasData(source) ? t("create.set.missing") : "";
  const submit = (values: SetValues) => {
    setAsked(true);
    if (hasData(source) && !tooLarge) create.mutate({ values, source });
  };
  return (
    <Form<SetValues> form={form} layout="vertical" initialValues={{ format: "auto", task: "auto", split: "train" }} onFinish={submit} onFinishFailed={() => setAsked(true)} disabled={create.isPending}>
      <Form.Item label={t("create.set.files")} required help={sourceError ? <Typography.Text type="danger">{sourceError}</Typography.Text> : undefined}>
        <SetSourceInput value={source} failed={sourceError !== ""} onChange={setSource} />
      </Form.Item>
      <Form.Item name="split" label={t("create.set.split")} extra={t("create.set.splitHelp")}>
        <Radio.Group options={(["train", "val", "test"] as const).map((split) => ({ value: split, label: t(`format.${split}`) }))} />
      </Form.Item>
      <NameFields />
      <Collapse ghost size="small" style={{ marginInline: -12, marginBottom: 12 }} items={[{ key: "known", label: t("create.advanced"), forceRender: true, children: <Known /> }]} />
      <CreateFoot upload={upload} create={create} />
    </Form>
  );
}
