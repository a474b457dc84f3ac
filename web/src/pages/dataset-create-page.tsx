// R3.1-02..08, U3.1-09: create a dataset; here one of a list or pictures, in SetForm one of a ready-made set. The file goes up first, streamed; the dataset is made from the upload.
import { useQuery } from "@tanstack/react-query";
import { Card, Collapse, Form, Input, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { infoQuery } from "@/api/queries";
import type { NewDataset } from "@/api/types";
import { formatBytes } from "@/components/format-value";
import { PageHeader } from "@/components/page-header";
import { tarOfFolder } from "@/forms/folder";
import { ImporterFields, setOptions, type ImporterValues } from "@/forms/importer-fields";
import { CreateFoot, NameFields, useCreateDataset, type Send } from "@/forms/new-dataset";
import { namePattern } from "@/forms/rules";
import { SetForm } from "@/forms/set-form";
import { SourceInput, hasSource, noSource, sourceUri, type Source } from "@/forms/source-input";

interface Values extends ImporterValues {
  name: string;
  description?: string;
  on_error: "list" | "fail";
  url_prefix?: string;
}

/** A first guess for the name, from the file or folder; only when it would be allowed. */
function guessName(source: Source): string {
  const raw = source.choice === "folder" ? (source.folder?.name ?? "") : (source.file?.name ?? "").replace(/(\.tar)?\.\w+$/, "");
  const name = raw.replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, "-").slice(0, 63);
  return namePattern.test(name) ? name : "";
}

async function sourceOf(source: Source, send: Send): Promise<NewDataset["source"]> {
  if (source.choice === "uri" || source.choice === "prefix") return { kind: source.choice, uri: sourceUri(source) };
  const folder = source.choice === "folder" ? source.folder : null;
  const sent = folder ? await send(tarOfFolder(folder), `${folder.name}.tar`) : await send(source.file!, source.file!.name);
  return { kind: "upload", upload_id: sent.id };
}

async function requestOf({ values, source }: { values: Values; source: Source }, send: Send): Promise<NewDataset> {
  const body: NewDataset = { name: values.name, description: values.description ?? "", on_error: values.on_error, source: await sourceOf(source, send) };
  if (values.url_prefix) body.url_prefix = values.url_prefix;
  if (values.as && values.as !== "auto") body.as = values.as;
  if (values.label) body.label = values.label;
  if (values.labels_only) body.labels_only = true;
  const options = setOptions(values.options);
  if (options) body.options = options;
  return body;
}

function SourceForm() {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const [source, setSource] = useState<Source>(noSource);
  const [asked, setAsked] = useState(false);
  const { upload, create } = useCreateDataset(requestOf, t("create.started"));
  const info = useQuery(infoQuery);
  const max = info.data?.max_upload_bytes ?? 0;
  const size = source.choice === "upload" ? (source.file?.size ?? 0) : source.choice === "folder" ? (source.folder?.byteCount ?? 0) : 0;
  const tooLarge = max > 0 && size > max;
  const sourceError = tooLarge ? t("create.tooLarge", { max: formatBytes(max) }) : asked && !hasSource(source) ? t("create.sourceMissing") : "";

  const choose = (next: Source) => {
    setSource(next);
    if (!form.getFieldValue("name") && guessName(next)) form.setFieldValue("name", guessName(next));
  };
  const submit = (values: Values) => {
    setAsked(true);
    if (hasSource(source) && !tooLarge) create.mutate({ values, source });
  };
  return (
    <Form<Values> form={form} layout="vertical" initialValues={{ on_error: "list", as: "auto" }} onFinish={submit} onFinishFailed={() => setAsked(true)} disabled={create.isPending}>
      <Form.Item label={t("dataset.media")}>
        <Radio.Group value="image" options={[{ value: "image", label: t("dataset.mediaKind.image") }, { value: "video", label: t("dataset.mediaKind.video"), disabled: true }]} />
      </Form.Item>
      <Form.Item label={t("create.kind")} required validateStatus={sourceError ? "error" : undefined} help={sourceError || undefined}>
        <SourceInput value={source} onChange={choose} />
      </Form.Item>
      <NameFields />
      <Collapse
        ghost
        size="small"
        style={{ marginInline: -12, marginBottom: 12 }}
        items={[{
          key: "advanced",
          label: t("create.advanced"),
          forceRender: true,
          children: (
            <>
              <Form.Item name="on_error" label={t("create.onError")}>
                <Radio.Group options={[{ value: "list", label: t("create.onErrorList") }, { value: "fail", label: t("create.onErrorFail") }]} />
              </Form.Item>
              <ImporterFields />
              <Form.Item name="url_prefix" label={t("create.urlPrefix")} extra={t("create.urlPrefixHelp")}><Input className="mono" /></Form.Item>
            </>
          ),
        }]}
      />
      <CreateFoot upload={upload} create={create} />
    </Form>
  );
}

export function DatasetCreatePage() {
  const { t } = useTranslation();
  const [kind, setKind] = useState<NonNullable<NewDataset["kind"]>>("source");
  const kinds = (["source", "formatted"] as const).map((key) => ({ value: key, label: <span data-testid={`kind-${key}`}>{t(`dataset.kind.${key}`)}</span> }));
  return (
    <div className="page" style={{ maxWidth: 820 }}>
      <PageHeader title={t("create.title")} back="/datasets" />
      <Card>
        <Form layout="vertical">
          <Form.Item label={t("dataset.kindLabel")} extra={t(`create.kindHelp.${kind}`)}>
            <Radio.Group value={kind} onChange={(event) => setKind(event.target.value as typeof kind)} options={kinds} />
          </Form.Item>
        </Form>
        {kind === "source" ? <SourceForm /> : <SetForm />}
      </Card>
    </div>
  );
}
